import Foundation

/// Reads JSON objects as rows: the columns are the union of all keys in the order in which they are first seen.
struct RecordReader {
    private let depthLimit: Int
    private let columnLimit: Int
    private var keys: [[UInt8]] = []
    private var places: [[UInt8]: Int] = [:]
    private var cells: [RawCell] = []
    private var key: [UInt8] = []

    init(limits: ExtractionLimits) {
        depthLimit = limits.jsonDepth
        columnLimit = limits.columns
    }

    /// Writes the object that begins at `start`, after white space, as a row, and returns where it ends.
    ///
    /// `nil` if no valid object is there, or not all of it before `end`; then nothing has been written. Of a key that is repeated
    /// the last value counts, as JSON readers have it.
    ///
    /// - Parameters:
    ///   - outerDepth: how many brackets are open around it.
    ///   - line: where the object begins in the file, for messages.
    mutating func read(
        _ bytes: UnsafePointer<UInt8>, start: Int, end: Int, outerDepth: Int, line: Int, into table: inout TableWriter
    ) throws -> Int? {
        var scanner = JSONScanner(bytes, start: start, end: end, depthLimit: depthLimit)
        for index in cells.indices { cells[index] = .null }
        guard outerDepth < depthLimit, scanner.pass(0x7B) else { return nil }
        if !scanner.pass(0x7D) {
            var expected = 0
            repeat {
                guard scanner.peek() == 0x22, let name = scanner.string(), scanner.pass(0x3A),
                    let value = scanner.value(outerDepth: outerDepth + 1)
                else { return nil }
                let column = try column(of: name, bytes, expected, line: line, in: &table)
                cells[column] = value
                expected = column + 1
            } while scanner.pass(0x2C)
            guard scanner.pass(0x7D) else { return nil }
        }
        try table.append(cells, bytes, line: line)
        return scanner.place
    }

    /// Most records have their keys in the order of the one before, so that one comparison finds the column.
    private mutating func column(
        of name: RawCell, _ bytes: UnsafePointer<UInt8>, _ expected: Int, line: Int, in table: inout TableWriter
    ) throws -> Int {
        let length = name.end - name.start
        if name.kind == .plainString, expected < keys.count, keys[expected].count == length {
            let isExpected = keys[expected].withUnsafeBufferPointer { known in
                length == 0 || known.baseAddress.map { memcmp($0, bytes + name.start, length) == 0 } ?? false
            }
            if isExpected { return expected }
        }
        key.removeAll(keepingCapacity: true)
        if name.kind == .plainString {
            key.append(bytes, name.start, name.end)
        } else {
            JSONStrings.decode(bytes, name.start, name.end, into: &key)
        }
        if let place = places[key] { return place }
        if keys.count == columnLimit {
            throw ExtractionFailure.refused(
                "The records have more than \(columnLimit) different fields; the one on line \(line) adds another."
            )
        }
        try table.addColumn(key)
        places[key] = keys.count
        keys.append(key)
        cells.append(.null)
        return keys.count - 1
    }
}
