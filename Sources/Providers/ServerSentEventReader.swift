/// One server-sent event (WHATWG HTML §9.2.6).
package struct ServerSentEvent: Sendable, Hashable {
    /// The `event` field; empty where there is none.
    package let name: String
    /// The `data` lines, joined by line feeds.
    package let data: String
}

/// Makes events of the bytes of a stream, wherever these were cut: between lines, inside a line end, inside a character.
package struct ServerSentEventReader: Sendable {
    /// A line or an event is longer than the reader was told to take.
    package struct TooLong: Error, Sendable, Hashable {}

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Bytes of one event at most, and of one line.
    private let limit: Int
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var name = ""
    private var hasData = false
    private var endedWithReturn = false
    private var isFirstLine = true

    /// - Parameter limit: bytes of one line, and of the data of one event, at most.
    package init(limit: Int) { self.limit = limit }

    /// Takes more bytes; returns the events that they complete.
    ///
    /// - Throws: `TooLong`.
    package mutating func read(_ bytes: some Collection<UInt8>) throws(TooLong) -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        // A line feed after a carriage return belongs to it, also when another packet brings it.
        if endedWithReturn, let first = rest.first {
            if first == Self.lineFeed { rest = rest.dropFirst() }
            endedWithReturn = false
        }
        while let end = rest.firstIndex(where: { $0 == Self.lineFeed || $0 == Self.carriageReturn }) {
            try append(rest[..<end])
            let isReturn = rest[end] == Self.carriageReturn
            rest = rest[rest.index(after: end)...]
            if isReturn {
                if rest.first == Self.lineFeed { rest = rest.dropFirst() } else { endedWithReturn = rest.isEmpty }
            }
            if let event = try endLine() { events.append(event) }
        }
        try append(rest)
        return events
    }

    /// The event that the end of the stream completes. The standard would drop it; servers that forget the last line ends are common.
    ///
    /// - Throws: `TooLong`.
    package mutating func end() throws(TooLong) -> ServerSentEvent? {
        if !line.isEmpty, let event = try endLine() { return event }
        return dispatch()
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws(TooLong) {
        if line.count + bytes.count > limit { throw TooLong() }
        line.append(contentsOf: bytes)
    }

    private mutating func endLine() throws(TooLong) -> ServerSentEvent? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: Self.byteOrderMark) { line.removeFirst(Self.byteOrderMark.count) }
        }
        if line.isEmpty { return dispatch() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
        switch line[..<(colon ?? line.endIndex)] {
        case let field where field.elementsEqual("data".utf8):
            if data.count + value.count >= limit { throw TooLong() }
            if hasData { data.append(Self.lineFeed) }
            data.append(contentsOf: value)
            hasData = true
        case let field where field.elementsEqual("event".utf8): name = String(decoding: value, as: UTF8.self)
        default: break  // a comment, `id`, `retry`, or a field of the future
        }
        return nil
    }

    private mutating func dispatch() -> ServerSentEvent? {
        defer {
            data.removeAll(keepingCapacity: true)
            (name, hasData) = ("", false)
        }
        return hasData ? ServerSentEvent(name: name, data: String(decoding: data, as: UTF8.self)) : nil
    }
}
