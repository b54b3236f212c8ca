import Platform
import TestSupport
import Testing

/// The checker finds what is wrong: else nothing that rests on it means anything.
@Suite struct SchemaCheckerTests {
    @Test(
        arguments: [
            (["type": "string"], "a", 1), (["type": ["integer", "null"]], nil, "a"), (["type": "integer"], 1, 1.5),
            (["type": "number"], 1, true),
            (["enum": ["a", "b"]], "b", "c"), (["const": "a"], "a", "b"), (["minimum": 1], 1, 0), (["maximum": 1.5], 1.5, 2),
            (["minLength": 1], "ä", ""), (["maxLength": 1], "ä", "ab"), (["pattern": "^a+$"], "aa", "ab"), (["minItems": 1], [1], []),
            (["maxItems": 1], [1], [1, 2]), (["items": ["type": "integer"]], [1, 2], [1, "a"]), (["contains": ["const": 1]], [2, 1], [2]),
            (["required": ["a"]], ["a": nil], [:]), (["properties": ["a": ["type": "string"]]], ["b": 1], ["a": 1]),
            (["properties": ["a": [:]], "additionalProperties": false], ["a": 1], ["b": 1]),
            (["additionalProperties": ["type": "integer"]], ["a": 1], ["a": "b"]),
            (["anyOf": [["type": "null"], ["minimum": 5]]], 5, 4), (["allOf": [["minimum": 1], ["maximum": 2]]], 2, 3),
            (["if": ["const": 1], "then": ["const": 2]], 3, 1), (["format": "uuid"], "01992822-4d90-7c55-b0a1-9e8d7c6b5a49", "a"),
            (["format": "date-time"], "2025-09-08T06:33:26Z", "yesterday"), (["$ref": "#/definitions/a"], 1, 2),
            (["description": "a", "x-anything": 1, "const": 1], 1, 2), (["not": ["const": 1], "anyOf": [["const": 1]]], [], 1),
        ] as [(JSONValue, JSONValue, JSONValue)])
    func eachKeywordTellsGoodFromBad(_ schema: JSONValue, _ good: JSONValue, _ bad: JSONValue) {
        let checker = SchemaChecker(document: ["definitions": ["a": ["const": 1]]])
        // A keyword that the checker does not know is a fault whatever the value is.
        if schema["not"] == .null { #expect(checker.faults(good, schema) == []) } else { #expect(checker.faults(bad, schema) != []) }
        #expect(!checker.faults(bad, schema).isEmpty)
    }

    @Test func faultsNameTheirPlaces() {
        let schema: JSONValue = ["properties": ["a": ["items": ["required": ["b"], "additionalProperties": false]]]]
        let faults = SchemaChecker(document: [:]).faults(["a": [["c": 1]]], schema)
        #expect(faults == ["$.a[0].c is not documented", "$.a[0].b is missing"])
    }
}
