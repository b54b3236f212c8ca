/// The columns of records that name their own: the union of all keys in the order in which they are first seen.
struct RecordColumns {
    private(set) var keys: [[UInt8]] = []
    private var places: [[UInt8]: Int] = [:]

    /// Adds the keys of one record. Throws `ExtractionFailure.refused` once there are too many.
    ///
    /// - Parameter line: where the record begins, for the message.
    mutating func add(_ record: [(key: [UInt8], value: JSONValue)], line: Int, limits: ExtractionLimits) throws {
        for (key, _) in record where places[key] == nil {
            if keys.count == limits.columns {
                throw ExtractionFailure.refused(
                    "The records have more than \(limits.columns) different fields; the one on line \(line) adds another."
                )
            }
            places[key] = keys.count
            keys.append(key)
        }
    }

    /// The record as cells in the order of the columns; of a key that is repeated the last value counts, as JSON readers have it.
    func cells(of record: [(key: [UInt8], value: JSONValue)]) -> [[UInt8]?] {
        var cells = [[UInt8]?](repeating: nil, count: keys.count)
        for (key, value) in record {
            if let place = places[key] { cells[place] = value.cell }
        }
        return cells
    }
}
