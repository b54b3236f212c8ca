import Platform

/// The fields of a JSON object or a form, read one by one: every fault is noted, and all are thrown at once.
///
/// Unknown fields are ignored (contract A §6 Q35).
final class Fields {
    private let values: [String: JSONValue]
    let location: [String]
    private(set) var issues: [FieldIssue] = []

    /// - Parameter location: where the object is, such as `["body"]`.
    init(_ values: [String: JSONValue], at location: [String]) {
        self.values = values
        self.location = location
    }

    /// - Throws: `PlatformError.invalid` when the body is not an object.
    convenience init(body: JSONValue) throws {
        guard case .object(let values) = body else {
            throw PlatformError.invalid(["body"], "The body must be a JSON object.", kind: .type)
        }
        self.init(values, at: ["body"])
    }

    /// Throws everything that was noted, if anything was.
    func check() throws {
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }

    /// Notes what an inner object found.
    func adopt(_ inner: Fields) { issues += inner.issues }

    func note(_ name: String, _ message: String, _ kind: FieldIssue.Kind) {
        // Of an object within the body the whole path is named, as its inner names alone may be ambiguous.
        let path = (location.dropFirst() + [name]).joined(separator: ".")
        issues.append(FieldIssue(location: location + [name], message: "\(path) \(message)", kind: kind))
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// Whether something was found wrong with a field of this object.
    func isNoted(_ name: String) -> Bool { issues.contains { $0.location == location + [name] } }

    /// The value as it was sent, unchecked.
    func peek(_ name: String) -> JSONValue? { values[name] }

    // MARK: Fields that may be absent or null

    func string(_ name: String, length: ClosedRange<Int>) -> Patch<String> {
        patch(name, "must be a string.") { value in
            guard case .string(let text) = value else { return nil }
            return checked(name, text, length: length) ? text : ""
        }
    }

    func integer(_ name: String, range: ClosedRange<Int>) -> Patch<Int> {
        patch(name, "must be an integer.") { value in
            let number: Int
            switch value {
            case .integer(let integer): number = Int(integer)
            case .number(let double) where double.rounded() == double && abs(double) < 1e15: number = Int(double)
            default: return nil
            }
            if !range.contains(number) { note(name, "must be between \(range.lowerBound) and \(range.upperBound).", .range) }
            return number
        }
    }

    func number(_ name: String, range: ClosedRange<Double>) -> Patch<Double> {
        patch(name, "must be a number.") { value in
            let number: Double
            switch value {
            case .integer(let integer): number = Double(integer)
            case .number(let double): number = double
            default: return nil
            }
            if !range.contains(number) { note(name, "must be between \(range.lowerBound) and \(range.upperBound).", .range) }
            return number
        }
    }

    func flag(_ name: String) -> Patch<Bool> {
        patch(name, "must be true or false.") { value in
            guard case .bool(let flag) = value else { return nil }
            return flag
        }
    }

    func any(_ name: String) -> Patch<JSONValue> {
        patch(name, "must be JSON.") { value in
            if value.containsNUL { note(name, "must not contain U+0000.", .value) }
            return value
        }
    }

    func object(_ name: String) -> Patch<[String: JSONValue]> {
        patch(name, "must be an object.") { value in
            guard case .object(let object) = value else { return nil }
            if value.containsNUL { note(name, "must not contain U+0000.", .value) }
            return object
        }
    }

    func array(_ name: String) -> Patch<[JSONValue]> {
        let elements = elements(of: name)
        if let given = elements.given, JSONValue.array(given).containsNUL { note(name, "must not contain U+0000.", .value) }
        return elements
    }

    /// The elements alone: whoever reads them checks them.
    private func elements(of name: String) -> Patch<[JSONValue]> {
        patch(name, "must be an array.") { value in
            guard case .array(let elements) = value else { return nil }
            return elements
        }
    }

    /// Exactly so many finite numbers, not all of them 0.
    func vector(_ name: String, dimensions: Int) -> [Float]? {
        guard let elements = elements(of: name).given else { return nil }
        let numbers = elements.compactMap { element -> Float? in
            switch element {
            case .integer(let integer): Float(integer)
            case .number(let double): Float(double)
            default: nil
            }
        }
        if numbers.count != elements.count || numbers.count != dimensions || !numbers.allSatisfy(\.isFinite)
            || numbers.allSatisfy({ $0 == 0 })
        {
            note(name, "must be \(dimensions) numbers of ordinary size (32-bit floats), not all of them 0.", .value)
        }
        return numbers
    }

    /// One of some words.
    func choice<Choice: RawRepresentable & CaseIterable & Sendable>(_ name: String, _ type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return patch(name, "must be one of \(words).") { value in
            guard case .string(let text) = value else { return nil }
            return Choice(rawValue: text)
        }.given
    }

    // MARK: Fields that must be there

    /// The field's value; an empty one, and a fault noted, when it is missing or null.
    func requiredString(_ name: String, length: ClosedRange<Int>) -> String {
        let value = string(name, length: length)
        if value.given == nil { noteMissing(name) }
        return value.given ?? ""
    }

    func requiredArray(_ name: String, count: ClosedRange<Int>) -> [JSONValue] {
        let value = elements(of: name)
        guard let elements = value.given else {
            noteMissing(name)
            return []
        }
        if !count.contains(elements.count) {
            let most = count.upperBound == .max ? "at least \(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
            note(name, "must have \(most) entries.", .length)
        }
        return elements
    }

    /// Objects of an array, each to be read with fields of its own.
    func objects(_ name: String, _ elements: [JSONValue]) -> [Fields] {
        elements.enumerated().map { index, element in
            let inner: Fields
            if case .object(let object) = element {
                inner = Fields(object, at: location + [name, "\(index)"])
            } else {
                inner = Fields([:], at: location + [name, "\(index)"])
                note("\(name)", "entry \(index) must be an object.", .type)
            }
            return inner
        }
    }

    private func noteMissing(_ name: String) {
        // A wrong type was noted already: say one thing of one field.
        if issues.contains(where: { $0.location == location + [name] }) { return }
        note(name, "is required.", .missing)
    }

    private func patch<Value>(_ name: String, _ expectation: String, _ read: (JSONValue) -> Value?) -> Patch<Value> {
        switch values[name] {
        case nil: return .absent
        case .null: return .null
        case .some(let value):
            if let read = read(value) { return .value(read) }
            note(name, expectation, .type)
            return .absent
        }
    }

    private func checked(_ name: String, _ text: String, length: ClosedRange<Int>) -> Bool {
        // Lengths count Unicode scalars, as the seed's own validators do.
        let count = text.unicodeScalars.count
        if !length.contains(count) {
            let range =
                switch (length.lowerBound, length.upperBound) {
                case (0, let most): "at most \(most)"
                case (let least, let most) where least == most: "exactly \(most)"
                case (let least, let most): "\(least) to \(most)"
                }
            note(name, "must have \(range) characters.", .length)
            return false
        }
        if text.unicodeScalars.contains("\0") {
            note(name, "must not contain U+0000.", .value)
            return false
        }
        return true
    }
}

extension JSONValue {
    /// Whether any text in it has a U+0000, which the database refuses.
    var containsNUL: Bool {
        switch self {
        case .null, .bool, .integer, .number: false
        case .string(let text): text.unicodeScalars.contains("\0")
        case .array(let elements): elements.contains(where: \.containsNUL)
        case .object(let members): members.contains { $0.key.unicodeScalars.contains("\0") || $0.value.containsNUL }
        }
    }
}
