/// Makes usable names of what stands in a table's header or are the keys of its records, one after the other.
struct ColumnNames {
    /// The names so far.
    private(set) var names: [String] = []

    private let limits: ExtractionLimits
    /// Spellings that Unicode calls equivalent are the same name, as they are for whoever maps a column.
    private var used: Set<String> = []

    init(limits: ExtractionLimits) {
        self.limits = limits
    }

    /// Runs of white space become one space, other control characters are left out; an empty name becomes `column_3` (its place), a repeated one `name_2`, `name_3`.
    ///
    /// Throws `ExtractionFailure.refused` for too many columns or too long a name.
    mutating func add(_ raw: [UInt8]) throws {
        if names.count == limits.columns {
            throw ExtractionFailure.refused("The table has more than \(limits.columns) columns.")
        }
        let text = UTF8Bytes.string(raw.filter { $0 >= 0x20 || $0 == 0x09 || $0 == UTF8Bytes.lineFeed || $0 == UTF8Bytes.carriageReturn })
        var name = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if name.isEmpty { name = "column_\(names.count + 1)" }
        if name.unicodeScalars.count > limits.columnNameScalars {
            throw ExtractionFailure.refused(
                "The name of column \(names.count + 1) is longer than \(limits.columnNameScalars) characters. "
                    + "Is the first line of the file its header?"
            )
        }
        var unique = name
        var number = 2
        while !used.insert(unique).inserted {
            unique = "\(name)_\(number)"
            number += 1
        }
        names.append(unique)
    }
}
