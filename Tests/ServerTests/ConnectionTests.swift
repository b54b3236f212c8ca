import Platform
import TestSupport
import Testing

/// What only a socket shows.
@Suite struct ConnectionTests {
    @Test func aClientThatAsksBeforeItSendsIsToldToGoOn() async throws {
        try await ServedPlatform.run(isLive: true) { served in
            let connection = try LiveConnection(port: #require(served.port))
            let body = "{\"name\": \"bees\"}"
            try await connection.send(
                raw: "POST /v1/datasets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(served.key)\r\n"
                    + "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 Continue"))
            try await connection.send(raw: body)
            #expect(try await connection.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 201 Created"))
            await connection.close()
        }
    }

    @Test func aBodyThatIsNoHTTPIsTheClientsFault() async throws {
        try await ServedPlatform.run(isLive: true) { served in
            let connection = try LiveConnection(port: #require(served.port))
            try await connection.send(
                raw: "POST /v1/datasets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(served.key)\r\n"
                    + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n")
            #expect(try await connection.read(until: "\r\n").hasPrefix("HTTP/1.1 400"))
            await connection.close()
        }
    }
}
