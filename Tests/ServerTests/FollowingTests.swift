import Foundation
import Platform
import Providers
import TestSupport
import Testing

/// Turns go on without their clients, and clients come back.
@Suite(.timeLimit(.minutes(5))) struct FollowingTests {
    private static let pieces = ["One ", "two ", "three ", "four."]

    @Test func anEndedTurnIsResumedAtEveryPlaceWithoutLossOrRepetition() async throws {
        try await ServedPlatform.run(providers: ["scripted": ScriptedProvider(saying: Self.pieces)]) { served in
            let all = try await served.stream(ServedPlatform.turn())
            #expect(all.count == Self.pieces.count + 1)
            let chat = try #require(all.first?.json["id"].text)
            for (index, event) in all.enumerated() {
                let answer = try await served.api.get("/v1/chats/\(chat)/stream", headers: ["Last-Event-ID": event.id ?? ""])
                #expect(answer.status == 200 && answer.mediaType == "text/event-stream")
                let rest = try ServedPlatform.events(answer)
                let isLast = index == all.count - 1
                #expect(rest.dropLast(isLast ? 1 : 0).map(\.id) == all[(index + 1)...].map(\.id))
                #expect(rest.answer == Self.pieces.dropFirst(index + 1).joined())
                #expect(rest.last?.json["finished"] == true)
            }
        }
    }

    @Test func anIdleChatHasNothingToFollow() async throws {
        try await ServedPlatform.run(providers: ["scripted": ScriptedProvider(saying: Self.pieces)]) { served in
            let first = try #require(try await served.stream(ServedPlatform.turn()).first)
            let chat = first.json["id"].text
            let other = try await served.api.post("/v1/chats", ServedPlatform.turn())["id"].text
            let path = "/v1/chats/\(chat)/stream"
            #expect(try await served.api.get(path).status == 204)
            #expect(try await served.api.get(path, headers: ["Last-Event-ID": "unknown.0"]).status == 204)
            #expect(try await served.api.get("/v1/chats/\(other)/stream", headers: ["Last-Event-ID": first.id ?? ""]).status == 204)
            for wrong in ["x", "", ".", "a.", "a.b", "a.-1", "a.1.1", "a.99999999999999999999"] {
                #expect(try await served.api.get(path, headers: ["Last-Event-ID": wrong]).status == 400, "\(wrong)")
            }
            #expect(try await served.api.get(path, headers: ["Last-Event-ID": "\(first.turn).1000000"]).status == 200)
        }
    }

    /// The largest number that can be read must not be one too many.
    @Test func theLargestPlaceIsAPlace() async throws {
        try await ServedPlatform.run(providers: ["scripted": ScriptedProvider(saying: Self.pieces)]) { served in
            let first = try #require(try await served.stream(ServedPlatform.turn()).first)
            let answer = try await served.api.get(
                "/v1/chats/\(first.json["id"].text)/stream", headers: ["Last-Event-ID": "\(first.turn).\(Int.max)"])
            #expect([200, 204, 400].contains(answer.status))
        }
    }

    @Test func aRunningTurnIsFollowedFromTheStartAndFromTheMiddle() async throws {
        let (reached, goOn) = (Door(), Door())
        let provider = Upstream.pausing(Self.pieces, after: 2, reached: reached, goOn: goOn)
        try await ServedPlatform.run(providers: ["scripted": provider], isLive: true) { served in
            let port = try #require(served.port)
            let first = try LiveConnection(port: port)
            try await first.send(TestRequest("POST", "/v1/chats", json: ServedPlatform.turn("scripted", ["stream": true])), key: served.key)
            // What was said so far is here although the answer is not at its end.
            let begun = TestEvent.read(try await first.read(until: "\"delta\":\"two \"").replacing("\r\n", with: "\n") + "\"}\n\n")
            await reached.wait()
            let chat = try await served.api.get("/v1/chats")["data"][0]
            #expect(chat["status"] == "generating")
            let during = try await served.api.get("/v1/chats/\(chat["id"].text)")
            #expect(during["messages"].elements.count == 1, "an answer is listed once its turn ended")
            let opening = try #require(begun.first)
            #expect(opening.place == 0)

            let path = "/v1/chats/\(chat["id"].text)/stream"
            let (whole, rest) = (try LiveConnection(port: port), try LiveConnection(port: port))
            try await whole.send(TestRequest("GET", path), key: served.key)
            try await rest.send(TestRequest("GET", path, headers: ["Last-Event-ID": opening.id ?? ""]), key: served.key)
            // Both follow before it goes on.
            let seen = try await whole.read(until: "\"delta\":\"two \"") + "\"}\n\n"
            let seenOfRest = try await rest.read(until: "\"delta\":\"two \"") + "\"}\n\n"
            #expect(!seenOfRest.contains("One"))
            goOn.open()
            for (connection, before) in [(first, ""), (whole, seen), (rest, seenOfRest)] {
                let after = try await connection.read(until: "data: [DONE]")
                #expect((before + after).contains("\"delta\":\"three \"") && after.contains("\"finished\":true"))
                #expect(!after.contains("One") && !after.contains("\"delta\":\"two \""))
                await connection.close()
            }
            #expect(seen.contains("\"delta\":\"One \""))
        }
    }

    @Test func aClientThatLeavesLosesNothing() async throws {
        let (reached, goOn) = (Door(), Door())
        let provider = Upstream.pausing(Self.pieces, after: 1, reached: reached, goOn: goOn)
        try await ServedPlatform.run(providers: ["scripted": provider], isLive: true) { served in
            for isStreamed in [true, false] {
                let connection = try LiveConnection(port: try #require(served.port))
                try await connection.send(
                    TestRequest("POST", "/v1/chats", json: ServedPlatform.turn("scripted", ["stream": .bool(isStreamed)])), key: served.key)
                if isStreamed { _ = try await connection.read(until: "One") }
                await reached.wait()
                let chat = try await served.api.get("/v1/chats?limit=1")["data"][0]["id"].text
                await connection.close()
                let following = try LiveConnection(port: try #require(served.port))
                if isStreamed {
                    try await following.send(TestRequest("GET", "/v1/chats/\(chat)/stream"), key: served.key)
                    _ = try await following.read(until: "One")
                    goOn.open()
                    _ = try await following.read(until: "[DONE]")
                } else {
                    while try await served.api.get("/v1/chats/\(chat)")["status"] != "active" { await Task.yield() }
                }
                await following.close()
                let answer = try await served.api.get("/v1/chats/\(chat)")["messages"][1]
                #expect(answer["status"] == "complete" && answer["content"].text == Self.pieces.joined())
            }
        }
    }

    @Test func aChatHasOneTurnAtATimeAndCanBeCancelled() async throws {
        let (reached, goOn) = (Door(), Door())
        let provider = Upstream.pausing(Self.pieces, after: 2, reached: reached, goOn: goOn)
        try await ServedPlatform.run(providers: ["scripted": provider]) { served in
            let body = ServedPlatform.turn()
            for isStreamed in [false, true] {
                async let answer = served.api.post("/v1/chats", body.with(["stream": .bool(isStreamed)]))
                // The second turn waits for nothing any more: both signals stay sent, so it is told apart by its chat.
                await reached.wait()
                if isStreamed {
                    _ = try await answer
                    continue
                }
                let chat = try await served.api.get("/v1/chats")["data"][0]["id"]
                let second = try await served.api.post("/v1/chats", body.without("modelId").with(["chatId": chat]))
                #expect(second.status == 409)
                #expect(second.header("Retry-After") == "1")
                let cancelled = try await served.api.post("/v1/chats/\(chat.text)/cancel")
                #expect(cancelled.status == 200)
                #expect(cancelled["status"] == "active")
                #expect(cancelled["messages"].elements.count == 2, "the refused turn left no message")
                #expect(cancelled["messages"][1]["status"] == "cancelled" && cancelled["messages"][1]["content"] == "One two ")
                let first = try await answer
                #expect(first.status == 200 && first["message"]["status"] == "cancelled" && first["message"]["content"] == "One two ")
                goOn.open()
                let again = try await served.api.post("/v1/chats", body.without("modelId").with(["chatId": chat]))
                #expect(again["message"]["content"].text == Self.pieces.joined())
                let idle = try await served.api.post("/v1/chats/\(chat.text)/cancel")
                #expect(idle.status == 200 && idle["messages"].elements.count == 4)
            }
        }
    }
}
