import Foundation
import TestSupport
import Testing

@testable import Platform

/// The guarded client against a server that misbehaves, over real sockets.
@Suite(.timeLimit(.minutes(5))) struct WebClientTests {
    private let open = WebClient(allowsPrivate: true)

    private func failure(_ body: () async throws -> Void) async throws -> WebFailure {
        try #require(await #expect(throws: WebFailure.self) { try await body() })
    }

    private func get(_ url: String, by client: WebClient? = nil, limit: Int64 = 1_000, follows: Bool = true) async throws -> String {
        let bytes = Tally<[UInt8]>()
        let request = WebRequest(.get, try WebAddress(url), headers: [("Authorization", "Bearer t")], followsRedirects: follows)
        let size = try await (client ?? open).fetch(request, limit: limit) { bytes.add($0) }
        let all = bytes.elements.flatMap { $0 }
        #expect(size == Int64(all.count))
        return String(decoding: all, as: UTF8.self)
    }

    // MARK: Which addresses

    @Test(arguments: [
        "http://127.0.0.1:9/", "http://localhost:9/", "http://[::1]:9/", "http://0.0.0.0:9/", "http://2130706433:9/",
        "http://0177.0.0.1:9/",
        "http://127.1:9/", "http://10.0.0.1:9/", "http://169.254.169.254/latest/meta-data", "http://[::ffff:127.0.0.1]:9/",
        "http://0x7f.1:9/",
    ]) func privateAddressesAreRefusedInWhateverForm(_ url: String) async throws {
        let failure = try await failure { _ = try await get(url, by: WebClient(allowsPrivate: false)) }
        #expect(failure.kind == .refused || failure.kind == .unreachable, "\(failure)")
        #expect(!failure.isWorthRetrying)
        if failure.kind == .refused { #expect(failure.description.contains("network.allowPrivate")) }
    }

    @Test func oneForbiddenAddressOfANameForbidsTheName() async throws {
        let resolver = HostResolver { _ in [IPAddress("93.184.216.34"), IPAddress("10.0.0.7")].compactMap { $0 } }
        let failure = try await failure {
            _ = try await get("http://files.example/x.csv", by: WebClient(allowsPrivate: false, resolver: resolver))
        }
        #expect(failure.description.hasPrefix("http://files.example/x.csv is not fetched: its address 10.0.0.7 is private"))
    }

    /// The system knows no such name: only the checked address can have been spoken to, and the name goes into `Host`.
    @Test func theConnectionGoesToTheCheckedAddress() async throws {
        try await ScriptedSite.run { _, _ in
            .text("a,b\n")
        } _: { site in
            let resolver = HostResolver { _ in [IPAddress("127.0.0.1")].compactMap { $0 } }
            let client = WebClient(allowsPrivate: true, resolver: resolver)
            let rows = try await get("http://Files.EXAMPLE:\(site.port)/x.csv", by: client)
            #expect(rows == "a,b\n")
            #expect(site.requests.first?.headers["host"] == "files.example:\(site.port)")
            #expect(site.requests.first?.headers["user-agent"] == WebClient.userAgent)
        }
    }

    @Test func aNameIsResolvedOnceForEachConnection() async throws {
        try await ScriptedSite.run { _, _ in
            .text("rows")
        } _: { site in
            let asked = Tally<String>()
            // The second answer would be the attacker's.
            let resolver = HostResolver { host in
                asked.add(host)
                return [IPAddress(asked.elements.count == 1 ? "127.0.0.1" : "10.0.0.1")].compactMap { $0 }
            }
            let rows = try await get("http://rebinding.example:\(site.port)/", by: WebClient(allowsPrivate: true, resolver: resolver))
            #expect(rows == "rows")
            #expect(asked.elements == ["rebinding.example"])
        }
    }

    @Test func anAddressThatRefusesIsFollowedByTheNext() async throws {
        try await ScriptedSite.run { _, _ in
            .text("rows")
        } _: { site in
            // Nothing listens on 127.0.0.9 at this port.
            let resolver = HostResolver { _ in [IPAddress("127.0.0.9"), IPAddress("127.0.0.1")].compactMap { $0 } }
            let rows = try await get("http://two.example:\(site.port)/", by: WebClient(allowsPrivate: true, resolver: resolver))
            #expect(rows == "rows")
        }
    }

    @Test func aRedirectPassesTheSameGate() async throws {
        try await ScriptedSite.run { _, _ in
            .redirect("http://inside.example/secret")
        } _: { site in
            // The rules are asked of every hop: the second name is private, the first is let in as the test's own server.
            let resolver = HostResolver { host in
                if host == "inside.example" { throw WebFailure(.refused, "asked for \(host)", isWorthRetrying: false) }
                return [IPAddress("127.0.0.1")].compactMap { $0 }
            }
            let failure = try await failure {
                _ = try await get("http://outside.example:\(site.port)/", by: WebClient(allowsPrivate: true, resolver: resolver))
            }
            #expect(failure.description == "asked for inside.example")
        }
    }

    // MARK: Redirects

    @Test func credentialsStayWithTheirOrigin() async throws {
        try await ScriptedSite.run { _, _ in
            .text("rows")
        } _: { other in
            try await ScriptedSite.run { request, _ in
                request.path == "/a" ? .redirect("/b", status: 307) : .redirect("\(other.base)/c?sig=1")
            } _: { site in
                let rows = try await get("\(site.base)/a")
                #expect(rows == "rows")
                #expect(site.requests.map { $0.headers["authorization"] } == ["Bearer t", "Bearer t"])
                #expect(other.requests.map(\.path) == ["/c?sig=1"])
                #expect(other.requests.first?.headers["authorization"] == nil)
            }
        }
    }

    @Test func redirectsEnd() async throws {
        try await ScriptedSite.run { _, _ in
            .redirect("/again")
        } _: { site in
            let failure = try await failure { _ = try await get(site.base) }
            #expect(failure.description.hasSuffix("redirects more than 5 times"))
            #expect(site.requests.count == 6)
        }
    }

    @Test(arguments: ["ftp://example.com/x", "file:///etc/passwd", "http://u:p@example.com/", "http://"])
    func aRedirectToWhatIsNoWebAddressIsRefused(_ location: String) async throws {
        try await ScriptedSite.run { _, _ in
            .redirect(location)
        } _: { site in
            let failure = try await failure { _ = try await get(site.base) }
            #expect(failure.kind == .malformed)
            #expect(failure.description.contains("redirects to a URL that"))
        }
    }

    @Test func whoeverDoesNotFollowGetsTheRedirect() async throws {
        try await ScriptedSite.run { _, _ in
            .redirect("/b")
        } _: { site in
            let answer = try await open.send(WebRequest(.post, try WebAddress(site.base), body: .bytes(Data("x".utf8))))
            #expect((answer.status, answer.head.headers["location"]) == (302, "/b"))
        }
    }

    @Test func aPostThatIsSentElsewhereBecomesAGet() async throws {
        try await ScriptedSite.run { request, _ in
            request.path == "/a" ? .redirect("/b") : .text("rows")
        } _: { site in
            let request = WebRequest(
                .post, try WebAddress("\(site.base)/a"), headers: [("Content-Type", "application/json")], body: .bytes(Data("{}".utf8)),
                followsRedirects: true)
            #expect(try await open.send(request).body == Data("rows".utf8))
            #expect(site.requests.map(\.method) == ["POST", "GET"])
            #expect(site.requests.last?.body.isEmpty == true && site.requests.last?.headers["content-type"] == nil)
        }
    }

    // MARK: Answers

    @Test(arguments: [(404, false), (401, false), (410, false), (429, true), (500, true), (503, true)])
    func anErrorIsToldWithItsReason(_ status: Int, _ isWorthRetrying: Bool) async throws {
        try await ScriptedSite.run { _, _ in
            .status(status, #"{"error":"No such\nthing"}"#, headers: ["Retry-After": "7"])
        } _: { site in
            let failure = try await failure { _ = try await get("\(site.base)/x?token=secret") }
            #expect(failure.description == "\(site.base)/x answered \(status): No such")
            #expect((failure.kind, failure.isWorthRetrying, failure.retryAfterSeconds) == (.status(status), isWorthRetrying, 7))
        }
    }

    @Test func moreThanTheLimitIsRefusedBeforeAndWhileItComes() async throws {
        try await ScriptedSite.run { request, _ in
            request.path == "/endless" ? .endless : .text("0123456789")
        } _: { site in
            let whole = try await get(site.base, limit: 10)
            #expect(whole == "0123456789")
            let declared = try await failure { _ = try await get(site.base, limit: 9) }
            #expect(declared.kind == .tooLarge)
            let found = try await failure { _ = try await get("\(site.base)/endless", limit: 50) }
            #expect(found.kind == .tooLarge)
        }
    }

    @Test func anAnswerThatEndsTooSoonIsNoSuccess() async throws {
        try await ScriptedSite.run { _, _ in
            .cut(after: "a,b\n1,2\n")
        } _: { site in
            let failure = try await failure { _ = try await get(site.base) }
            #expect(failure.kind == .cut)
            #expect(failure.isWorthRetrying)
        }
    }

    @Test func anAnswerThatNeverEndsIsEnded() async throws {
        try await ScriptedSite.run { _, _ in
            .endless
        } _: { site in
            var request = WebRequest(.get, try WebAddress(site.base))
            request.timeLimit = .milliseconds(300)
            let asked = request
            let failure = try await failure { _ = try await open.fetch(asked, limit: .max) { _ in } }
            #expect(failure.kind == .timedOut)
        }
    }

    @Test func anAnswerThatDripsIsEnded() async throws {
        try await ScriptedSite.run { _, _ in
            .endless
        } _: { site in
            let client = WebClient(allowsPrivate: true, slowest: WebClient.Pace(bytes: .max, in: .milliseconds(100)))
            let request = WebRequest(.get, try WebAddress(site.base))
            let failure = try await failure { _ = try await client.fetch(request, limit: .max) { _ in } }
            #expect(failure.kind == .timedOut && failure.description.contains("too slowly"))
            #expect(!failure.isWorthRetrying)
        }
    }

    @Test func silenceIsEnded() async throws {
        let door = Door()
        try await ScriptedSite.run { _, _ in
            await door.wait()
            return .text("late")
        } _: { site in
            let client = WebClient(allowsPrivate: true, idleTimeout: .milliseconds(200))
            let failure = try await failure { _ = try await get(site.base, by: client) }
            door.open()
            #expect(failure.kind == .timedOut)
        }
    }

    @Test func whereNobodyListensIsSaid() async throws {
        let failure = try await failure { _ = try await get("http://127.0.0.9:9/x.csv") }
        #expect(failure.kind == .unreachable)
        #expect(failure.description.hasPrefix("http://127.0.0.9:9/x.csv cannot be reached"))
    }

    @Test func anUnknownHostIsSaid() async throws {
        let failure = try await failure { _ = try await get("http://nowhere.invalid/x.csv") }
        #expect(failure.kind == .unreachable)
        #expect(failure.description.contains("nowhere.invalid"))
    }

    @Test func whatTheSinkThrowsComesThrough() async throws {
        struct Full: Error {}
        try await ScriptedSite.run { _, _ in
            .text("rows")
        } _: { site in
            let request = WebRequest(.get, try WebAddress(site.base))
            await #expect(throws: Full.self) { try await open.fetch(request, limit: 100) { _ in throw Full() } }
        }
    }

    @Test func aStretchOfAFileIsSentWithItsLength() async throws {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "rows.csv")
        let bytes = Data((0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try bytes.write(to: file)
        try await ScriptedSite.run { _, _ in
            .status(201)
        } _: { site in
            let range = Int64(3)..<Int64(650_003)
            let answer = try await open.send(WebRequest(.put, try WebAddress("\(site.base)/x"), body: .file(file, range: range)))
            #expect(answer.status == 201)
            let seen = try #require(site.requests.first)
            #expect(seen.body == bytes[3..<650_003])
            #expect(seen.headers["content-length"] == "650000")
        }
    }

    @Test func aHiddenPathIsNotShown() async throws {
        try await ScriptedSite.run { _, _ in
            .cut(after: "")
        } _: { site in
            let request = WebRequest(.post, try WebAddress("\(site.base)/services/T0/SECRET"), showsPath: false)
            let failure = try await failure { _ = try await open.send(request) }
            #expect(!failure.description.contains("SECRET"))
        }
    }
}
