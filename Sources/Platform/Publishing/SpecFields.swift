/// The fields of a `target_spec`, read one by one; every fault is noted, and all are thrown at once.
struct SpecFields {
    private let values: [String: JSONValue]
    private let location: [String]
    private var issues: [FieldIssue] = []

    init(_ values: [String: JSONValue], at location: [String]) {
        self.values = values
        self.location = location
    }

    func check() throws {
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }

    mutating func note(_ name: String, _ message: String, _ kind: FieldIssue.Kind = .value) {
        issues.append(FieldIssue(location: location + [name], message: "target_spec.\(name) \(message)", kind: kind))
    }

    /// The first of several names for the same thing that is there; nil for none, null or an empty text.
    mutating func text(_ names: String..., longest: Int = 1_024) -> String? {
        for name in names {
            guard let value = values[name], value != .null else { continue }
            guard case .string(let text) = value else {
                note(name, "must be a string.", .type)
                return nil
            }
            guard text.unicodeScalars.count <= longest, !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
                note(name, "must have at most \(longest) characters, none of them control characters.", .length)
                return nil
            }
            if !text.isEmpty { return text }
        }
        return nil
    }

    mutating func flag(_ name: String, default standard: Bool) -> Bool {
        switch values[name] {
        case nil, .null: return standard
        case .bool(let flag): return flag
        default:
            note(name, "must be true or false.", .type)
            return standard
        }
    }

    mutating func format() -> TableFormat {
        guard let text = text("format") else { return .csv }
        if let format = TableFormat(rawValue: text.lowercased()) { return format }
        note("format", "must be one of \(TableFormat.names).")
        return .csv
    }

    /// A relative path without empty, `.` or `..` parts; a slash at the end is allowed and dropped.
    mutating func path(_ names: String...) -> String? {
        for name in names {
            guard var path = text(name) else { continue }
            if path.hasSuffix("/") { path.removeLast() }
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            if parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) || path.contains("\\") {
                note(name, "must be a relative path without empty, . or .. parts.")
                return nil
            }
            return path
        }
        return nil
    }
}
