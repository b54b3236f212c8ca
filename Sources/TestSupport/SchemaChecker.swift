import Foundation
package import Platform

/// Tells what is wrong with a value by a JSON schema: the keywords that the API's document uses, and a fault for any other.
package struct SchemaChecker: Sendable {
    /// Keywords that say nothing about a value.
    private static let annotations: Set<String> = ["description", "default", "example", "examples", "title", "deprecated", "$comment"]

    private let document: JSONValue

    /// - Parameter document: where references point into.
    package init(document: JSONValue) { self.document = document }

    /// What a reference points at; anything else as it is.
    package func resolve(_ node: JSONValue) -> JSONValue {
        guard case .string(let reference) = node["$ref"], reference.hasPrefix("#/") else { return node }
        return resolve(reference.dropFirst(2).split(separator: "/").reduce(document) { $0[String($1)] })
    }

    /// Every fault of a value, each with its place; none when it fits.
    package func faults(_ value: JSONValue, _ schema: JSONValue, at place: String = "$") -> [String] {
        guard case .object(let keywords) = schema else {
            return schema == .bool(true) ? [] : ["\(place): there is no schema, but \(schema)"]
        }
        return keywords.sorted { $0.key < $1.key }.flatMap { check($0.key, $0.value, value, keywords, place) }
    }

    private func check(_ keyword: String, _ rule: JSONValue, _ value: JSONValue, _ schema: [String: JSONValue], _ place: String) -> [String]
    {
        func fault(_ isFault: Bool) -> [String] { isFault ? ["\(place): \(keyword) \(rule) is broken by \(value)"] : [] }
        switch keyword {
        case "$ref": return faults(value, resolve(["$ref": rule]), at: place)
        case "type": return fault(!(rule.elements.isEmpty ? [rule] : rule.elements).contains { Self.has(value, type: $0.text) })
        case "enum": return fault(!rule.elements.contains(value))
        case "const": return fault(rule != value)
        case "anyOf": return fault(!rule.elements.contains { faults(value, $0, at: place).isEmpty })
        case "allOf": return rule.elements.flatMap { faults(value, $0, at: place) }
        case "if": return faults(value, rule, at: place).isEmpty ? faults(value, schema["then"] ?? true, at: place) : []
        case "then": return []
        case "required", "properties", "additionalProperties": return checkObject(keyword, rule, value, schema, place)
        case "items", "contains", "minItems", "maxItems": return checkArray(keyword, rule, value, place)
        case "minLength", "maxLength", "pattern", "format": return checkText(keyword, rule, value, place)
        case "minimum": return fault(Self.number(value).map { number in Self.number(rule).map { number < $0 } ?? true } ?? false)
        case "maximum": return fault(Self.number(value).map { number in Self.number(rule).map { number > $0 } ?? true } ?? false)
        case _ where Self.annotations.contains(keyword) || keyword.hasPrefix("x-"): return []
        default: return ["\(place): the checker does not know \(keyword)"]
        }
    }

    private func checkObject(
        _ keyword: String, _ rule: JSONValue, _ value: JSONValue, _ schema: [String: JSONValue], _ place: String
    ) -> [String] {
        guard case .object(let members) = value else { return [] }
        switch keyword {
        case "required": return rule.elements.map(\.text).filter { members[$0] == nil }.map { "\(place).\($0) is missing" }
        case "properties":
            return rule.members.sorted { $0.key < $1.key }.flatMap { name, inner in
                members[name].map { faults($0, inner, at: "\(place).\(name)") } ?? []
            }
        default:
            let others = members.filter { schema["properties"]?.members[$0.key] == nil }.sorted { $0.key < $1.key }
            if rule == .bool(false) { return others.map { "\(place).\($0.key) is not documented" } }
            return others.flatMap { faults($0.value, rule, at: "\(place).\($0.key)") }
        }
    }

    private func checkArray(_ keyword: String, _ rule: JSONValue, _ value: JSONValue, _ place: String) -> [String] {
        guard case .array(let elements) = value else { return [] }
        switch keyword {
        case "items": return elements.enumerated().flatMap { faults($0.element, rule, at: "\(place)[\($0.offset)]") }
        case "contains": return elements.contains { faults($0, rule).isEmpty } ? [] : ["\(place): no entry is \(rule)"]
        case "minItems": return elements.count >= rule.int ?? .max ? [] : ["\(place): fewer than \(rule) entries"]
        default: return elements.count <= rule.int ?? 0 ? [] : ["\(place): more than \(rule) entries"]
        }
    }

    private func checkText(_ keyword: String, _ rule: JSONValue, _ value: JSONValue, _ place: String) -> [String] {
        guard case .string(let text) = value else { return [] }
        let fits: Bool
        switch keyword {
        case "minLength": fits = text.unicodeScalars.count >= rule.int ?? .max
        case "maxLength": fits = text.unicodeScalars.count <= rule.int ?? 0
        case "pattern": fits = (try? Regex(rule.text)).map { text.contains($0) } ?? false
        default:
            switch rule.text {
            case "uuid": fits = UUIDText.isValid(text)
            case "date-time": fits = Timestamp.parse(text) != nil
            default: return ["\(place): the checker does not know the format \(rule)"]
            }
        }
        return fits ? [] : ["\(place): \(keyword) \(rule) is broken by \(value)"]
    }

    private static func has(_ value: JSONValue, type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"): true
        case (.integer, "integer"), (.integer, "number"), (.number, "number"): true
        case (.number(let number), "integer"): number.rounded() == number
        default: false
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }
}
