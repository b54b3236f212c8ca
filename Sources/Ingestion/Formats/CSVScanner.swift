import Foundation

/// Finds the records of CSV and their fields in memory, without copying anything.
///
/// RFC 4180 as it is met in practice: a quote opens only at the beginning of a field, elsewhere it is a character; what
/// follows a closing quote belongs to the field; blank lines are no records.
struct CSVScanner {
    /// What begins at a place.
    enum Finding: Equatable {
        /// A record; the cells are in `cells`. It ends before `end` and contains so many line feeds, the last one included.
        case record(end: Int, lineFeeds: Int)
        /// A line with nothing on it.
        case blank(end: Int)
        /// The end comes before the record's. `quoteLine` tells how many lines after its first an open quote stands, if one is open.
        case incomplete(quoteLine: Int?)
        /// More cells than any table may have.
        case tooManyCells
    }

    /// The cells of the record found last.
    private(set) var cells: [RawCell] = []

    private let delimiter: UInt8
    private let mostCells: Int

    init(delimiter: UInt8, limits: ExtractionLimits) {
        self.delimiter = delimiter
        mostCells = limits.columns
    }

    /// Looks at what begins at `start`.
    ///
    /// - Parameter isWhole: whether the text ends at `end`; else it may go on there.
    mutating func scan(_ bytes: UnsafePointer<UInt8>, start: Int, end: Int, isWhole: Bool) -> Finding {
        cells.removeAll(keepingCapacity: true)
        var place = start
        var lineFeeds = 0
        var sawQuote = false
        while true {
            var stop = place
            if place < end, bytes[place] == UTF8Bytes.quote {
                sawQuote = true
                let quoteLine = lineFeeds
                guard let closing = closingQuote(bytes, place, end, isWhole) else { return .incomplete(quoteLine: quoteLine) }
                lineFeeds += Self.lineEnds(bytes, place, closing.place)
                stop = ByteScan.byteOrLineEnd(delimiter, bytes, closing.place + 1, end)
                let isPlain = !closing.hasDoubled && stop == closing.place + 1
                cells.append(
                    isPlain
                        ? RawCell(kind: .text, start: place + 1, end: closing.place) : RawCell(kind: .quotedField, start: place, end: stop))
            } else {
                stop = ByteScan.byteOrLineEnd(delimiter, bytes, place, end)
                cells.append(RawCell(kind: .text, start: place, end: stop))
            }
            // What follows a carriage return tells whether it is the line's end alone.
            let mayGoOn = stop == end || (stop + 1 == end && bytes[stop] == UTF8Bytes.carriageReturn)
            if mayGoOn, !isWhole { return .incomplete(quoteLine: nil) }
            // One cell more than any table may have is told with its line; beyond that nothing is gathered.
            if cells.count > 2 * mostCells { return .tooManyCells }
            guard stop == end || bytes[stop] != delimiter else {
                place = stop + 1
                continue
            }
            let next = Self.lineEnd(bytes, stop, end)
            if cells.count == 1, !sawQuote, CSVField.isBlank(bytes, cells[0].start, cells[0].end) { return .blank(end: next) }
            return .record(end: next, lineFeeds: lineFeeds + (stop == end ? 0 : 1))
        }
    }

    /// The line ends inside of a quoted field: LF, CRLF and CR alike.
    private static func lineEnds(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var count = ByteScan.lineFeeds(bytes, start, end)
        var place = start
        while let found = memchr(bytes + place, Int32(UTF8Bytes.carriageReturn), end - place) {
            place = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - bytes + 1
            if place == end || bytes[place] != UTF8Bytes.lineFeed { count += 1 }
        }
        return count
    }

    /// The end of the line end at a place: LF, CRLF, or CR as old systems have it.
    private static func lineEnd(_ bytes: UnsafePointer<UInt8>, _ place: Int, _ end: Int) -> Int {
        if place == end { return end }
        let isPair = bytes[place] == UTF8Bytes.carriageReturn && place + 1 < end && bytes[place + 1] == UTF8Bytes.lineFeed
        return place + (isPair ? 2 : 1)
    }

    /// The quote that closes the field whose opening quote stands at `start`; `nil` if it is not there or might be a doubled one.
    private func closingQuote(
        _ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ isWhole: Bool
    ) -> (place: Int, hasDoubled: Bool)? {
        var place = start + 1
        var hasDoubled = false
        while let quote = CSVField.quote(bytes, place, end) {
            if quote + 1 == end { return isWhole ? (quote, hasDoubled) : nil }
            if bytes[quote + 1] != UTF8Bytes.quote { return (quote, hasDoubled) }
            hasDoubled = true
            place = quote + 2
        }
        return nil
    }
}
