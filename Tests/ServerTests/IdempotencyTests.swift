import Foundation
import Platform
import Providers
import TestSupport
import Testing

/// A request with an `Idempotency-Key` has its effect once, however often it comes.
@Suite(.timeLimit(.minutes(5))) struct IdempotencyTests {
    private static let model: JSONValue = ["parentModelId": .string(SystemModel.quoting.id.text), "displayName": "Support"]
    private static let key = ["Idempotency-Key": "one-key"]

    @Test(arguments: Backend.all) func twelveAtOnceHaveOneEffectAndOneAnswer(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
                for _ in 0..<12 { group.addTask { try await served.api.post("/v1/models", Self.model, headers: Self.key) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let made = answers.filter { $0.status == 201 }
            #expect(Set(made.map(\.body)).count == 1)
            #expect(made.count { $0.header("Idempotency-Replayed") == nil } == 1)
            for answer in answers where answer.status != 201 {
                #expect(answer.status == 409)
                #expect(answer.header("Retry-After") != nil)
            }
            let models = try await served.api.get("/v1/models")
            #expect(models["data"].elements.count == 1)
            let later = try await served.api.post("/v1/models", Self.model, headers: Self.key)
            #expect(later.body == made.first?.body && later.header("Idempotency-Replayed") == "true")
        }
    }

    @Test func aReplayIsTheFirstAnswerToTheByte() async throws {
        try await ServedPlatform.run { served in
            let first = try await served.api.post("/v1/models", Self.model, headers: Self.key)
            #expect(first.status == 201 && first.header("Idempotency-Replayed") == nil)
            served.platform.clock.advance(by: .seconds(60 * 60))
            let again = try await served.api.post("/v1/models", Self.model, headers: Self.key)
            #expect(again.status == 201 && again.body == first.body && again.header("Content-Type") == first.header("Content-Type"))
            #expect(again.header("Idempotency-Replayed") == "true")
            #expect(again.header("X-Request-Id") != first.header("X-Request-Id"))
            let quoted = try await served.api.post("/v1/models", Self.model, headers: ["Idempotency-Key": "\"one-key\""])
            #expect(quoted.body == first.body)
            served.platform.clock.advance(by: .seconds(23 * 60 * 60))
            let afterADay = try await served.api.post("/v1/models", Self.model, headers: Self.key)
            #expect(afterADay.status == 201 && afterADay["id"] != first["id"])
        }
    }

    @Test func anotherRequestWithTheKeyIsRefused() async throws {
        try await ServedPlatform.run { served in
            #expect(try await served.api.post("/v1/models", Self.model, headers: Self.key).status == 201)
            let other = try await served.api.post("/v1/models", Self.model.with(["displayName": "Other"]), headers: Self.key)
            #expect(other.status == 422 && other.faults == ["header.Idempotency-Key"])
            #expect(try await served.api.post("/v1/models", Self.model, headers: Self.key).header("Idempotency-Replayed") == "true")
            // Another path, and another method on the same one, have keys of their own.
            #expect(try await served.api.post("/v1/datasets", ["name": "a"], headers: Self.key).status == 201)
            let models = try await served.api.get("/v1/models")
            #expect(models["data"].elements.count == 1)
        }
    }

    @Test func keysHaveAForm() async throws {
        try await ServedPlatform.run { served in
            for key in ["", "a b", "schlüssel", String(repeating: "k", count: 256), "\"\""] {
                let answer = try await served.api.post("/v1/datasets", ["name": "a"], headers: ["Idempotency-Key": key])
                #expect(answer.status == 422 && answer.faults == ["header.Idempotency-Key"], "\(key)")
            }
            #expect(
                try await served.api.post("/v1/datasets", ["name": "a"], headers: ["Idempotency-Key": String(repeating: "k", count: 255)])
                    .status == 201)
            let datasets = try await served.api.get("/v1/datasets")
            #expect(datasets["data"].elements.count == 1)
        }
    }

    @Test func aPatchIsReplayed() async throws {
        try await ServedPlatform.run { served in
            let path = "/v1/models/" + (try await served.api.post("/v1/models", Self.model)["id"].text)
            let first = try await served.api.send("PATCH", path, ["displayName": "B"], headers: Self.key)
            #expect(try await served.api.send("PATCH", path, ["displayName": "C"]).status == 200)
            let again = try await served.api.send("PATCH", path, ["displayName": "B"], headers: Self.key)
            #expect(again.body == first.body && again.header("Idempotency-Replayed") == "true")
            let now = try await served.api.get(path)
            #expect(now["displayName"] == "C")
        }
    }

    @Test func anUploadIsReplayedByItsContent() async throws {
        try await ServedPlatform.run { served in
            let form = TestForm(filename: "a.md", content: Data("Refunds.".utf8))
            let first = try await served.api.send(form.request(headers: Self.key))
            #expect(first.status == 201)
            let again = try await served.api.send(form.request(boundary: "another-boundary", headers: Self.key))
            #expect(again.body == first.body && again.header("Idempotency-Replayed") == "true")
            for other in [
                TestForm(filename: "b.md", content: Data("Refunds.".utf8)), TestForm(filename: "a.md", content: Data("Refunds!".utf8)),
            ] {
                #expect(try await served.api.send(other.request(headers: Self.key)).status == 422)
            }
            let files = try await served.api.get("/v1/files")
            #expect(files["data"].elements.count == 1)
        }
    }

    @Test func refusalsOfTheRequestAreRememberedAndOthersAreNot() async throws {
        try await ServedPlatform.run { served in
            let wrong = Self.model.with(["contextWindow": 0])
            let first = try await served.api.post("/v1/models", wrong, headers: Self.key)
            let again = try await served.api.post("/v1/models", wrong, headers: Self.key)
            #expect(first.status == 422 && again.status == 422 && again.header("Idempotency-Replayed") == "true")
            #expect(again.body == first.body)
            // 409 may pass by itself: the same key may try again.
            let model = try await served.api.post("/v1/models", Self.model)["id"].text
            let dataset = try await served.api.post("/v1/datasets", ["name": "a"])["id"]
            let path = "/v1/models/\(model)/datasets"
            #expect(try await served.api.post(path, ["datasetId": dataset]).status == 201)
            #expect(try await served.api.post(path, ["datasetId": dataset], headers: Self.key).status == 409)
            #expect(try await served.api.send("DELETE", "\(path)/\(dataset.text)").status == 204)
            let third = try await served.api.post(path, ["datasetId": dataset], headers: Self.key)
            #expect(third.status == 201 && third.header("Idempotency-Replayed") == nil)
        }
    }

    /// The answer is lost after its effect: a repetition finds the effect's answer and not a second effect.
    @Test func anEffectWhoseAnswerWasLostIsReplayed() async throws {
        let faults = try #require(Faults("after-effect=fail"))
        try await ServedPlatform.run(configure: { $0.faults = faults }) { served in
            #expect(try await served.api.post("/v1/models", Self.model, headers: Self.key).status == 500)
            let again = try await served.api.post("/v1/models", Self.model, headers: Self.key)
            #expect(again.status == 201 && again.header("Idempotency-Replayed") == "true")
            let models = try await served.api.get("/v1/models")
            #expect(models["data"].elements.map { $0["id"] } == [again["id"]])
        }
    }

    @Test func aTurnIsGeneratedOnceAndReplayedInItsForm() async throws {
        let calls = Count()
        let provider = ScriptedProvider { _, continuation in
            calls.raise()
            continuation.yield(.reasoning("Hm."))
            for piece in ["One ", "two."] { continuation.yield(.text(piece)) }
            continuation.yield(.finish)
        }
        try await ServedPlatform.run(providers: ["scripted": provider]) { served in
            let body = ServedPlatform.turn()
            let first = try await served.api.post("/v1/chats", body, headers: Self.key)
            let again = try await served.api.post("/v1/chats", body, headers: Self.key)
            #expect(first.status == 200 && again.body == first.body && again.header("Idempotency-Replayed") == "true")
            let streaming = ["Idempotency-Key": "streamed"]
            let events = try await served.stream(body, headers: streaming)
            let replay = try await served.api.post("/v1/chats", body.with(["stream": true]), headers: streaming)
            #expect(replay.header("Idempotency-Replayed") == "true" && replay.mediaType == "text/event-stream")
            let replayed = try ServedPlatform.events(replay)
            #expect(replayed.answer == events.answer && replayed.last?.turn == events.last?.turn)
            #expect(replayed.last?.json.without("requestId") == events.last?.json.without("requestId"))
            #expect(calls.value == 2)
            let chats = try await served.api.get("/v1/chats")
            #expect(chats["data"].elements.count == 2)
        }
    }

    @Test func aFailedTurnMayBeTriedAgainWithItsKey() async throws {
        let calls = Count()
        let provider = ScriptedProvider(accept: { _ in
            if calls.raise() < 3 { throw ProviderFault(.overloaded, "Busy.", retryAfterSeconds: 1) }
        }) { _, continuation in
            continuation.yield(.text("Now."))
            continuation.yield(.finish)
        }
        try await ServedPlatform.run(providers: ["scripted": provider]) { served in
            for status in [503, 503, 200] {
                let answer = try await served.api.post("/v1/chats", ServedPlatform.turn(), headers: Self.key)
                #expect(answer.status == status && answer.header("Idempotency-Replayed") == nil)
            }
            #expect(
                try await served.api.post("/v1/chats", ServedPlatform.turn(), headers: Self.key).header("Idempotency-Replayed") == "true")
            #expect(calls.value == 3)
        }
    }

    @Test func aTurnThatStillRunsIsNotBegunAgain() async throws {
        let (reached, goOn) = (Door(), Door())
        let provider = Upstream.pausing(["One ", "two."], after: 1, reached: reached, goOn: goOn)
        try await ServedPlatform.run(providers: ["scripted": provider]) { served in
            async let first = served.api.post("/v1/chats", ServedPlatform.turn(), headers: Self.key)
            await reached.wait()
            let second = try await served.api.post("/v1/chats", ServedPlatform.turn(), headers: Self.key)
            #expect(second.status == 409 && second.header("Retry-After") != nil)
            goOn.open()
            let answer = try await first
            #expect(answer.status == 200)
            #expect(try await served.api.post("/v1/chats", ServedPlatform.turn(), headers: Self.key).body == answer.body)
        }
    }
}
