import Foundation

/// Turns a Parquet file into JSON Lines, which are then extracted like any other.
///
/// Numbers keep all their digits (decimals inside of nested values those that a double has); dates and times become text as ISO 8601 has it (a space between them, UTC where there is a zone); bytes
/// become base64; lists, structs and maps become JSON. A floating-point NaN is null, an infinity the text `Infinity` or `-Infinity`.
struct ParquetImport {
    let duckDB: DuckDB
    let limits: ExtractionLimits

    private static let magic = Array("PAR1".utf8)
    private static let encryptedMagic = Array("PARE".utf8)

    /// Writes the rows of `input` to `output`. Throws `ExtractionFailure`.
    ///
    /// - Parameter folder: for temporary files; it must exist.
    func convert(_ input: URL, to output: URL, in folder: URL) async throws {
        try await offThePool { try Self.checkMagic(input) }
        // Without guessing: a folder of the path that looks like `key=value` would otherwise become a column.
        let table = "read_parquet(\(DuckDB.literal(input.path)), hive_partitioning=false)"
        let description = try await run("DESCRIBE SELECT * FROM \(table);", input, folder)
        let columns = try Self.columns(description)
        if columns.count > limits.columns { throw ExtractionFailure.refused("The table has more than \(limits.columns) columns.") }
        // The lines are made here and written as CSV of one column that is never quoted: the tool's own JSON rounds long decimals.
        let members = columns.enumerated().map { index, column in
            var key: [UInt8] = index == 0 ? [0x7B] : [0x2C]
            JSONText.appendString(column.name.utf8, to: &key)
            key.append(0x3A)
            return "\(DuckDB.literal(UTF8Bytes.string(key))) || coalesce(\(column.expression), 'null')"
        }
        _ = try await run(
            """
            COPY (SELECT \(members.joined(separator: "\n || ")) || '}' FROM \(table))
            TO \(DuckDB.literal(output.path)) (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x1f');
            """, input, folder)
        let size = try fileBytes(output)
        if size == 0 { throw ExtractionFailure.empty("The Parquet file has no rows.") }
    }

    private func run(_ statements: String, _ input: URL, _ folder: URL) async throws -> String {
        switch try await duckDB.run(statements, in: folder, limits: limits) {
        case .done(let output): return output
        case .limit(let sentence): throw ExtractionFailure.limitExceeded(sentence)
        case .failed(let words):
            // Our paths are nobody's business.
            let reason = words.replacing(input.path, with: "the file").replacing(folder.path, with: "")
            throw ExtractionFailure.refused("The Parquet file cannot be read: \(reason)")
        }
    }

    private static func checkMagic(_ input: URL) throws {
        let size = try fileBytes(input)
        if size == 0 { throw ExtractionFailure.empty("The file is empty.") }
        var beginning = try ByteSource(file: input, chunkBytes: magic.count)
        var end = try ByteSource(file: input, from: max(0, size - magic.count), chunkBytes: magic.count)
        let (head, tail) = (try beginning.next(), try end.next())
        if head == encryptedMagic, tail == encryptedMagic {
            throw ExtractionFailure.refused("The Parquet file is encrypted. Write it without encryption.")
        }
        if head != magic { throw ExtractionFailure.refused("The file is not a Parquet file: it does not begin with PAR1.") }
        if size < 3 * magic.count || tail != magic {
            throw ExtractionFailure.refused("The Parquet file is not complete: it does not end with PAR1. Was it cut off on its way?")
        }
    }

    private struct Column: Decodable {
        var name: String
        var type: String

        enum CodingKeys: String, CodingKey {
            case name = "column_name"
            case type = "column_type"
        }

        /// An SQL expression for the value as JSON text, or NULL.
        var expression: String {
            let value = DuckDB.name(name)
            if type.contains("[") || type.hasPrefix("STRUCT(") || type.hasPrefix("MAP(") || type.hasPrefix("UNION(") {
                let json = "to_json(\(value))::VARCHAR"
                // Embeddings: where nothing but numbers can occur, what is no JSON number may simply be replaced.
                let isNumbers = type.wholeMatch(of: #/(FLOAT|DOUBLE)(\[\d*\])+/#) != nil
                return isNumbers ? "regexp_replace(\(json), '-?(NaN|Infinity)', 'null', 'g')" : json
            }
            switch type {
            case "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
                "UHUGEINT":
                return "\(value)::VARCHAR"
            case "FLOAT", "DOUBLE":
                return "CASE WHEN isfinite(\(value)) THEN \(value)::VARCHAR WHEN isnan(\(value)) THEN 'null' "
                    + "WHEN \(value) > 0 THEN '\"Infinity\"' WHEN \(value) < 0 THEN '\"-Infinity\"' END"
            case "BLOB": return "to_json(base64(\(value)))::VARCHAR"
            case "JSON": return "\(value)::VARCHAR"
            default:
                return type.hasPrefix("DECIMAL(") ? "\(value)::VARCHAR" : "to_json(\(value)::VARCHAR)::VARCHAR"
            }
        }
    }

    private static func columns(_ description: String) throws -> [Column] {
        do {
            return try description.split(separator: "\n").map { try JSONDecoder().decode(Column.self, from: Data($0.utf8)) }
        } catch {
            throw ExtractionFailure.crashed("DuckDB described a Parquet file in a way that was not understood: \(error)")
        }
    }
}
