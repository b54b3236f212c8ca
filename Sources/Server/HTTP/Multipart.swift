import Foundation

/// Reads `multipart/form-data` (RFC 7578) as it arrives: what belongs to a part is handed on at once, never gathered.
struct MultipartReader {
    /// What the reader meets, in the order of the body.
    enum Event: Equatable {
        /// A part begins.
        case part(name: String, filename: String?, contentType: String?)
        /// Some bytes of the part that began last.
        case bytes([UInt8])
        /// The closing boundary.
        case end
    }

    enum Failure: Error, Equatable { case malformed(String) }

    /// Bytes of the headers of one part at most.
    static let mostHeaderBytes = 8 * 1024
    /// Parts of one body at most.
    static let mostParts = 32

    private enum State { case preamble, headers, content, done }
    private let delimiter: [UInt8]
    private var state = State.preamble
    private var pending: [UInt8]
    private var parts = 0

    /// - Parameter contentType: the request's; nil when it is not multipart or names no boundary of 1 to 70 characters.
    init?(contentType: String) {
        let pieces = contentType.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard pieces.first?.lowercased() == "multipart/form-data" else { return nil }
        let named = pieces.dropFirst().first { $0.lowercased().hasPrefix("boundary=") }
        guard let boundary = named.map({ $0.dropFirst("boundary=".count).trimmingCharacters(in: ["\""]) }),
            (1...70).contains(boundary.utf8.count)
        else { return nil }
        delimiter = Array("\r\n--\(boundary)".utf8)
        // The first boundary has no line before it: pretend that it has.
        pending = Array("\r\n".utf8)
    }

    /// Takes the next bytes of the body and tells what they hold.
    mutating func read(_ bytes: some Sequence<UInt8>) throws(Failure) -> [Event] {
        pending += bytes
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// Whether the closing boundary was seen.
    var isComplete: Bool { if case .done = state { true } else { false } }

    private mutating func step(_ events: inout [Event]) throws(Failure) -> Bool {
        switch state {
        case .preamble, .content: return try content(&events)
        case .headers: return try headers(&events)
        case .done:
            pending = []
            return false
        }
    }

    /// Up to the next boundary, or as far as no boundary can have begun.
    private mutating func content(_ events: inout [Event]) throws(Failure) -> Bool {
        guard let found = find(delimiter) else {
            let safe = pending.count - delimiter.count + 1
            if safe > 0 { emit(safe, &events) }
            return false
        }
        // Two more bytes tell a closing boundary from a separating one.
        guard pending.count >= found + delimiter.count + 2 else {
            emit(found, &events)
            return false
        }
        emit(found, &events)
        let after = Array(pending[delimiter.count..<delimiter.count + 2])
        if after == Array("--".utf8) {
            state = .done
            events.append(.end)
        } else if after == Array("\r\n".utf8) {
            state = .headers
        } else {
            throw .malformed("a boundary is followed by neither a line end nor --")
        }
        pending.removeFirst(delimiter.count + 2)
        return true
    }

    private mutating func emit(_ count: Int, _ events: inout [Event]) {
        guard count > 0 else { return }
        if case .content = state { events.append(.bytes(Array(pending[..<count]))) }
        pending.removeFirst(count)
    }

    private mutating func headers(_ events: inout [Event]) throws(Failure) -> Bool {
        let end = find(Array("\r\n\r\n".utf8))
        if end ?? pending.count > Self.mostHeaderBytes {
            throw .malformed("the headers of a part are longer than \(Self.mostHeaderBytes) bytes")
        }
        guard let end else { return false }
        parts += 1
        if parts > Self.mostParts { throw .malformed("there are more than \(Self.mostParts) parts") }
        events.append(try Self.part(String(decoding: pending[..<end], as: UTF8.self)))
        pending.removeFirst(end + 4)
        state = .content
        return true
    }

    private static func part(_ headers: String) throws(Failure) -> Event {
        var name: String?
        var filename: String?
        var contentType: String?
        for line in headers.components(separatedBy: "\r\n") {
            let sides = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2 else { continue }
            switch sides[0].lowercased() {
            case "content-disposition":
                name = parameter("name", of: sides[1])
                filename = parameter("filename*", of: sides[1]).flatMap(extended) ?? parameter("filename", of: sides[1])
            case "content-type": contentType = sides[1]
            default: break
            }
        }
        guard let name else { throw .malformed("a part has no name") }
        return .part(name: name, filename: filename, contentType: contentType)
    }

    /// A parameter of a header value, quoted or not.
    private static func parameter(_ name: String, of value: String) -> String? {
        var rest = Substring(value)
        while let semicolon = rest.firstIndex(of: ";") {
            rest = rest[rest.index(after: semicolon)...].drop { $0 == " " }
            guard let equals = rest.firstIndex(of: "=") else { return nil }
            let key = rest[..<equals].lowercased()
            rest = rest[rest.index(after: equals)...]
            let (text, after) = quoted(rest)
            rest = after
            if key == name { return text }
        }
        return nil
    }

    private static func quoted(_ rest: Substring) -> (String, Substring) {
        guard rest.first == "\"" else {
            let end = rest.firstIndex(of: ";") ?? rest.endIndex
            return (rest[..<end].trimmingCharacters(in: .whitespaces), rest[end...])
        }
        var text = ""
        var index = rest.index(after: rest.startIndex)
        while index < rest.endIndex, rest[index] != "\"" {
            let next = rest.index(after: index)
            // Browsers write a quote as %22 and leave backslashes alone; others escape with a backslash.
            if rest[index] == "\\", next < rest.endIndex, rest[next] == "\"" || rest[next] == "\\" {
                text.append(rest[next])
                index = rest.index(after: next)
            } else {
                text.append(rest[index])
                index = next
            }
        }
        return (text.replacingOccurrences(of: "%22", with: "\""), index < rest.endIndex ? rest[rest.index(after: index)...] : "")
    }

    /// RFC 8187: `UTF-8''na%C3%AFve.txt`.
    private static func extended(_ value: String) -> String? {
        guard value.lowercased().hasPrefix("utf-8'"), let quote = value.lastIndex(of: "'") else { return nil }
        return String(value[value.index(after: quote)...]).removingPercentEncoding
    }

    /// Where the pattern first begins. Every pattern begins with a carriage return, which is rare in most files.
    private func find(_ pattern: [UInt8]) -> Int? {
        pending.withUnsafeBufferPointer { text in
            var index = 0
            while index + pattern.count <= text.count {
                guard let candidate = text[index...].firstIndex(of: 0x0D), candidate + pattern.count <= text.count else { return nil }
                if text[candidate..<candidate + pattern.count].elementsEqual(pattern) { return candidate }
                index = candidate + 1
            }
            return nil
        }
    }
}
