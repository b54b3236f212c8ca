/// Makes usable names of what stands in a table's header.
enum ColumnNames {
    /// Runs of white space become one space; an empty name becomes `column_3` (its place), a repeated one `name_2`, `name_3`.
    ///
    /// Throws `ExtractionFailure.refused` for too many columns or too long a name.
    static func make(_ raw: [[UInt8]], limits: ExtractionLimits) throws -> [String] {
        if raw.count > limits.columns {
            throw ExtractionFailure.refused("The table has more than \(limits.columns) columns.")
        }
        var names: [String] = []
        var used: Set<[UInt8]> = []
        for (index, bytes) in raw.enumerated() {
            var name = UTF8Bytes.string(bytes).split(whereSeparator: \.isWhitespace).joined(separator: " ")
            if name.isEmpty { name = "column_\(index + 1)" }
            if name.unicodeScalars.count > limits.columnNameScalars {
                throw ExtractionFailure.refused(
                    "The name of column \(index + 1) is longer than \(limits.columnNameScalars) characters. "
                        + "Is the first line of the file its header?"
                )
            }
            var unique = name
            var number = 2
            // Compared as bytes: two spellings that Unicode calls equivalent are two names.
            while !used.insert(Array(unique.utf8)).inserted {
                unique = "\(name)_\(number)"
                number += 1
            }
            names.append(unique)
        }
        return names
    }
}
