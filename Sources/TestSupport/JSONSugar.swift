package import Platform

// JSON written as Swift literals, and read by name and index, so that a test shows the document and not its plumbing.

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
}

extension JSONValue: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}

extension JSONValue {
    /// A member of an object; null when there is none.
    package subscript(_ name: String) -> JSONValue { members[name] ?? .null }

    /// An element of an array; null when there is none.
    package subscript(_ index: Int) -> JSONValue { elements.indices.contains(index) ? elements[index] : .null }

    package var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    package var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    /// The text of a string; empty for anything else, so that a wrong type shows as a difference.
    package var text: String {
        if case .string(let text) = self { text } else { "" }
    }

    /// The value of an integer; nil for anything else.
    package var int: Int? {
        if case .integer(let integer) = self { Int(integer) } else { nil }
    }

    /// The object with these members set, or added.
    package func with(_ changes: [String: JSONValue]) -> JSONValue { .object(members.merging(changes) { _, new in new }) }

    /// The object without a member.
    package func without(_ name: String) -> JSONValue { .object(members.filter { $0.key != name }) }
}
