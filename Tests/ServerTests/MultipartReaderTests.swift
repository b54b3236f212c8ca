import Foundation
import Testing

@testable import Server

/// Forms come in pieces of any size: where the pieces end must not matter.
@Suite struct MultipartReaderTests {
    private static let type = "multipart/form-data; boundary=cut"

    /// Names in every spelling, an empty part, line ends and almost-boundaries in the content, and text around it all.
    private static let form = """
        Who reads this?\r
        --cut\r
        Content-Disposition: form-data; name="resource_type"\r
        \r
        dataset\r
        --cut\r
        content-disposition:form-data;name=bare;  filename=plain.txt\r
        Content-Type: text/plain\r
        \r
        \r
        --cut\r
        Content-Disposition: form-data; name="a \\"b\\" ; c"; filename="100%22 \\\\ ; x.md"\r
        \r
        \r
        --cu\r
        -\r\r
        \r
        --CUT\r
        \r
        --cut\r
        Content-Disposition: form-data; name="file"; filename="na?ve.txt"; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt\r
        \r
        ï\0\u{FF}\r
        --cut--
        """

    private static let afterwards = "\r\nAfterwards.\r\n--cut\r\n"

    private static let expected: [MultipartReader.Event] = [
        .part(name: "resource_type", filename: nil, contentType: nil), .bytes(Array("dataset".utf8)),
        .part(name: "bare", filename: "plain.txt", contentType: "text/plain"),
        .part(name: "a \"b\" ; c", filename: "100\" \\ ; x.md", contentType: nil), .bytes(Array("\r\n--cu\r\n-\r\r\n\r\n--CUT\r\n".utf8)),
        .part(name: "file", filename: "naïve €.txt", contentType: nil), .bytes(Array("ï\0\u{FF}".utf8)), .end,
    ]

    @Test func aFormIsReadAlikeHoweverItIsCut() throws {
        let body = Array((Self.form + Self.afterwards).utf8)
        #expect(try Self.events([body]) == Self.expected)
        for cut in 0...body.count {
            #expect(try Self.events([Array(body[..<cut]), Array(body[cut...])]) == Self.expected, "cut at \(cut)")
        }
        for size in 1...9 {
            let pieces = stride(from: 0, to: body.count, by: size).map { Array(body[$0..<min(body.count, $0 + size)]) }
            #expect(try Self.events(pieces) == Self.expected, "pieces of \(size)")
        }
    }

    @Test func contentIsHandedOnBeforeItsEnd() throws {
        var reader = try #require(MultipartReader(contentType: Self.type))
        _ = try reader.read(Array("--cut\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n".utf8))
        let events = try reader.read([UInt8](repeating: 0x61, count: 100_000))
        let count = events.reduce(0) { if case .bytes(let bytes) = $1 { $0 + bytes.count } else { $0 } }
        #expect(count > 99_000)
        #expect(!reader.isComplete)
    }

    /// Every beginning of a form lacks something, and is not taken for the whole.
    @Test func aFormWithoutItsClosingBoundaryIsNotComplete() throws {
        let body = Array(Self.form.utf8)
        for length in body.indices {
            var reader = try #require(MultipartReader(contentType: Self.type))
            _ = try reader.read(body[..<length])
            #expect(!reader.isComplete, "after \(length) bytes")
        }
        var reader = try #require(MultipartReader(contentType: Self.type))
        _ = try reader.read(body)
        #expect(reader.isComplete)
    }

    @Test func partsAndTheirHeadersHaveLimits() throws {
        let head = "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n"
        let most = String(repeating: "--cut" + head + "\r\n", count: MultipartReader.mostParts)
        #expect(try Self.events([Array((most + "--cut--").utf8)]).count == MultipartReader.mostParts + 1)
        #expect(throws: MultipartReader.Failure.self) { try Self.events([Array((most + "--cut" + head + "\r\n--cut--").utf8)]) }
        for length in [MultipartReader.mostHeaderBytes, 10 * MultipartReader.mostHeaderBytes] {
            let long = Array(("--cut\r\nX-Long: " + String(repeating: "x", count: length) + head + "\r\n--cut--").utf8)
            // However they arrive.
            #expect(throws: MultipartReader.Failure.self, "\(length) in one piece") { try Self.events([long]) }
            #expect(throws: MultipartReader.Failure.self, "\(length) byte by byte") { try Self.events(long.map { [$0] }) }
        }
    }

    @Test func whatIsNoFormIsRefused() throws {
        for body in [
            "--cut\r\n\r\n\r\nno name\r\n--cut--", "--cut\r\nContent-Disposition: form-data\r\n\r\n\r\n--cut--", "--cut-\r\n", "--cut x",
        ] {
            #expect(throws: MultipartReader.Failure.self, "\(body)") { try Self.events([Array(body.utf8)]) }
        }
        #expect(try Self.events([Array("--cut--".utf8)]) == [.end])
    }

    @Test func theContentTypeMustNameABoundary() {
        let long = String(repeating: "b", count: 71)
        for type in [
            "", ";", "text/plain; boundary=a", "multipart/form-data", "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\(long)",
        ] {
            #expect(MultipartReader(contentType: type) == nil, "\(type)")
        }
        for type in [
            "multipart/form-data; boundary=\"cut\"", "Multipart/Form-Data;charset=utf-8;  BOUNDARY=cut",
            "multipart/form-data; boundary=\(long.dropLast())",
        ] {
            #expect(MultipartReader(contentType: type) != nil, "\(type)")
        }
    }

    /// All events, with adjoining bytes as one.
    private static func events(_ pieces: [[UInt8]]) throws -> [MultipartReader.Event] {
        var reader = try #require(MultipartReader(contentType: type))
        var events: [MultipartReader.Event] = []
        for piece in pieces {
            for event in try reader.read(piece) {
                if case .bytes(let more) = event, case .bytes(let before)? = events.last {
                    events[events.count - 1] = .bytes(before + more)
                } else {
                    events.append(event)
                }
            }
        }
        return events
    }
}
