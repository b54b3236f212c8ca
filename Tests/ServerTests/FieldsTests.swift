import Foundation
import Platform
import TestSupport
import Testing

@testable import Server

/// One field at a time: what is absent, null, right, wrong, and one step beyond.
@Suite struct FieldsTests {
    private func fields(_ body: JSONValue) throws -> Fields { try Fields(body: body) }

    private func issues(_ body: JSONValue, _ read: (Fields) -> Void) throws -> [String] {
        let fields = try fields(body)
        read(fields)
        return fields.issues.map { "\($0.location.joined(separator: ".")) \($0.kind.rawValue)" }
    }

    @Test func absentNullAndValueAreThreeThings() throws {
        let fields = try fields(["null": nil, "value": "v"])
        guard case .absent = fields.string("absent", length: 0...5), case .null = fields.string("null", length: 0...5),
            case .value("v") = fields.string("value", length: 0...5)
        else {
            Issue.record("not told apart")
            return
        }
        #expect(fields.has("null") && !fields.has("absent"))
        #expect(fields.issues.isEmpty)
    }

    @Test func lengthsCountUnicodeScalarsAndHoldAtTheirEdges() throws {
        for (text, isRight) in [
            ("", false), ("a", true), ("äöü", true), ("e\u{301}a", true), ("e\u{301}ab", false), ("👩‍👧", true), ("abcd", false),
        ] {
            let found = try issues(["a": .string(text)]) { _ = $0.string("a", length: 1...3) }
            #expect(found == (isRight ? [] : ["body.a length"]), "\(text)")
        }
    }

    @Test func numbersHoldAtTheirEdges() throws {
        for (value, fault) in [
            (1, nil), (100, nil), (0, "range"), (101, "range"), (5.0, nil), (1e2, nil), (1.5, "type"), (1e300, "type"), ("5", "type"),
            (true, "type"),
            ([], "type"), ([:], "type"), (.integer(.max), "range"), (.integer(.min), "range"),
        ] as [(JSONValue, String?)] {
            #expect(try issues(["a": value]) { _ = $0.integer("a", range: 1...100) } == (fault.map { ["body.a \($0)"] } ?? []), "\(value)")
        }
        for (value, fault) in [
            (0, nil), (2, nil), (2.0, nil), (0.0, nil), (-0.0001, "range"), (2.0001, "range"), (3, "range"), ("1", "type"), (false, "type"),
        ] as [(JSONValue, String?)] {
            #expect(try issues(["a": value]) { _ = $0.number("a", range: 0...2) } == (fault.map { ["body.a \($0)"] } ?? []), "\(value)")
        }
    }

    @Test func wrongTypesAreNamed() throws {
        let wrong: JSONValue = ["string": 1, "flag": 1, "object": [], "array": [:]]
        let found = try issues(wrong) {
            _ = $0.string("string", length: 0...9)
            _ = $0.flag("flag")
            _ = $0.object("object")
            _ = $0.array("array")
        }
        #expect(found == ["body.string type", "body.flag type", "body.object type", "body.array type"])
    }

    @Test func whatIsRequiredIsMissedOnce() throws {
        for (body, fault) in [([:], "missing"), (["a": nil], "missing"), (["a": 1], "type"), (["a": ""], "length")] as [(JSONValue, String)]
        {
            #expect(try issues(body) { _ = $0.requiredString("a", length: 1...9) } == ["body.a \(fault)"], "\(body)")
        }
        for (body, fault) in [([:], "missing"), (["a": "x"], "type"), (["a": []], "length"), (["a": [1, 2, 3]], "length")]
            as [(JSONValue, String)]
        {
            #expect(try issues(body) { _ = $0.requiredArray("a", count: 1...2) } == ["body.a \(fault)"], "\(body)")
        }
    }

    @Test func everyFaultIsThrownTogether() throws {
        let fields = try fields(["a": 0, "b": "long", "c": [["d": 1], "no object"]])
        _ = fields.integer("a", range: 1...2)
        _ = fields.string("b", length: 0...3)
        for inner in fields.objects("c", fields.requiredArray("c", count: 1...9)) {
            _ = inner.string("d", length: 0...3)
            fields.adopt(inner)
        }
        do {
            try fields.check()
            Issue.record("nothing was thrown")
        } catch PlatformError.invalid(let issues) {
            #expect(Set(issues.map { $0.location.joined(separator: ".") }) == ["body.a", "body.b", "body.c.0.d", "body.c"])
        }
    }

    @Test func zeroIsRefusedWhereverTextIs() throws {
        for nested in ["\0", "a\0b"] {
            let text = JSONValue.string(nested)
            #expect(try issues(["a": text]) { _ = $0.string("a", length: 0...9) } == ["body.a value"])
            for value in [text, [text], ["k": text], ["k": ["l": [text]]], .object([nested: 1])] as [JSONValue] {
                #expect(try issues(["a": value]) { _ = $0.any("a") } == ["body.a value"], "\(value)")
                if case .object = value { #expect(try issues(["a": value]) { _ = $0.object("a") } == ["body.a value"]) }
                if case .array = value { #expect(try issues(["a": value]) { _ = $0.array("a") } == ["body.a value"], "\(value)") }
            }
        }
    }

    @Test func onlyAnObjectHasFields() {
        for body in [nil, 1, "a", [], true] as [JSONValue] { #expect(throws: PlatformError.self) { try Fields(body: body) } }
    }

    @Test func formsAreReadLikeObjects() throws {
        let body = ReadBody(bytes: Data("a=1+2%2B3&b=%C3%A9&c&a=second&=x&d=%ZZ".utf8), mediaType: "application/x-www-form-urlencoded")
        let fields = try body.fields()
        #expect(fields.string("a", length: 0...99).given == "1 2+3")
        #expect(fields.string("b", length: 0...99).given == "é")
        #expect(fields.string("c", length: 0...99).given == "")
        #expect(fields.string("d", length: 0...99).given == "%ZZ")
    }

    @Test func aVectorIsExactlySoManyFiniteNumbersAndNotAllZero() throws {
        for (value, fault) in [
            ([1, 0, 0], nil), ([0.5, -2, 1e30], nil), ([.integer(.max), 0, 0], nil), ([0, 0, 1e-30], nil), (nil, nil),
            ([1, 0], "value"), ([1, 0, 0, 0], "value"), ([], "value"), ([0, 0, 0], "value"), ([0.0, -0.0, 0], "value"),
            ([1, "0", 0], "value"), ([1, nil, 0], "value"), ([1, true, 0], "value"), ([1, 0, 1e300], "value"), ([1, 0, [0]], "value"),
            ([0, 0, 1e-300], "value"), ("1,0,0", "type"), ([:], "type"), (3, "type"), (true, "type"),
        ] as [(JSONValue, String?)] {
            #expect(try issues(["a": value]) { _ = $0.vector("a", dimensions: 3) } == (fault.map { ["body.a \($0)"] } ?? []), "\(value)")
        }
        #expect(try fields(["a": [1, -0.5, 2.0]]).vector("a", dimensions: 3) == [1, -0.5, 2])
        #expect(try fields([:]).vector("a", dimensions: 3) == nil)
    }

    @Test func aChoiceIsOneOfItsWords() throws {
        for (value, fault) in [
            ("hybrid", nil), ("keyword", nil), ("vector", nil), (nil, nil), ("Hybrid", "type"), ("", "type"), ("both", "type"), (1, "type"),
            ([], "type"),
        ] as [(JSONValue, String?)] {
            let found = try issues(["a": value]) { _ = $0.choice("a", SearchQuery.Mode.self) }
            #expect(found == (fault.map { ["body.a \($0)"] } ?? []), "\(value)")
        }
        #expect(try fields(["a": "vector"]).choice("a", SearchQuery.Mode.self) == .vector)
        #expect(try fields([:]).choice("a", SearchQuery.Mode.self) == nil)
    }
}
