import Testing

@testable import Providers

@Suite struct ServerSentEventReaderTests {
    private static let stream =
        ": a comment\n\ndata: Grüße 🐝\n\r\nevent: error\r\ndata: one\r\ndata:two\r\ndata\r\n\r\nid: 7\nretry: 5\nignored: x\n\n\rdata: {\"a\":1}\r\rdata: [DONE]\n\n"
    private static let events = [
        ServerSentEvent(name: "", data: "Grüße 🐝"), ServerSentEvent(name: "error", data: "one\ntwo\n"),
        ServerSentEvent(name: "", data: "{\"a\":1}"), ServerSentEvent(name: "", data: "[DONE]"),
    ]

    private func read(_ pieces: [[UInt8]], limit: Int = 1000) throws -> [ServerSentEvent] {
        var reader = ServerSentEventReader(limit: limit)
        var events = try pieces.flatMap { piece throws in try reader.read(piece) }
        if let last = try reader.end() { events.append(last) }
        return events
    }

    @Test func theSameEventsComeWhereverTheBytesAreCut() throws {
        let bytes = Array(Self.stream.utf8)
        #expect(try read([bytes]) == Self.events)
        #expect(try read(bytes.map { [$0] }) == Self.events)
        for first in 0...bytes.count {
            for second in stride(from: first, through: bytes.count, by: 3) {
                let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
                #expect(try read(pieces) == Self.events, "cut at \(first) and \(second)")
            }
        }
    }

    @Test(arguments: ["data: last", "data: last\n", "data: last\r", "data: last\r\n"])
    func theLastEventNeedsNoBlankLine(_ text: String) throws {
        #expect(try read([Array(text.utf8)]) == [ServerSentEvent(name: "", data: "last")])
    }

    @Test func aByteOrderMarkAtTheBeginningIsNoPartOfTheFirstField() throws {
        #expect(try read([[0xEF], [0xBB, 0xBF] + Array("data: a\n\n".utf8)]) == [ServerSentEvent(name: "", data: "a")])
    }

    @Test func anEventWithoutDataIsNone() throws {
        #expect(try read([Array("event: ping\n\ndata: a\n\n".utf8)]) == [ServerSentEvent(name: "", data: "a")])
    }

    @Test func linesAndEventsHaveALimit() throws {
        #expect(throws: ServerSentEventReader.TooLong.self) { try read([Array("data: 0123456789".utf8)], limit: 15) }
        #expect(try read([Array("data: 0123456789".utf8)], limit: 16).count == 1)
        let lines = Array(String(repeating: "data: 01234\n", count: 3).utf8)
        #expect(throws: ServerSentEventReader.TooLong.self) { try read([lines], limit: 15) }
        #expect(throws: ServerSentEventReader.TooLong.self, "nor does a line without end pile up") {
            try read(Array(repeating: Array("aaaa".utf8), count: 5), limit: 15)
        }
    }
}
