import Foundation
import Platform
import Providers
import Synchronization
import TestSupport
import Testing

/// A turn as one JSON body and as a stream of events.
@Suite(.timeLimit(.minutes(5))) struct TurnTests {
    private static let fluent = ScriptedProvider { request, continuation in
        continuation.yield(.reasoning("Hm. "))
        continuation.yield(.reasoning("So."))
        for piece in ["Five ", "working ", "days."] { continuation.yield(.text(piece)) }
        continuation.yield(.usage(TokenUsage(input: 10, output: 3, reasoning: 2)))
        continuation.yield(.finish)
    }

    @Test func aTurnIsAnsweredAndRemembered() async throws {
        try await ServedPlatform.run(providers: ["scripted": Self.fluent]) { served in
            let answer = try await served.api.post("/v1/chats", ServedPlatform.turn())
            #expect(answer.status == 200)
            #expect(answer["message"]["content"] == "Five working days.")
            #expect(answer["message"]["reasoning"] == "Hm. So." && answer["reasoning"] == "Hm. So.")
            #expect(answer["usage"] == ["inputTokens": 10, "outputTokens": 3, "reasoningTokens": 2, "totalTokens": 15, "cost": "1"])
            let chat = try await served.api.get("/v1/chats/\(answer["id"].text)")
            #expect(chat["messages"].elements.map { $0["role"].text } == ["user", "assistant"])
            #expect(chat["messages"][1] == answer["message"])
            #expect(chat["title"] == "How long do refunds take?" && chat["status"] == "active")
            let next = try await served.api.post(
                "/v1/chats", ["chatId": answer["id"], "messages": [["role": "user", "content": "And by card?"]]])
            #expect(next["id"] == answer["id"])
            let longer = try await served.api.get("/v1/chats/\(answer["id"].text)")
            #expect(longer["messages"].elements.count == 4)
        }
    }

    @Test func aStreamSaysPieceByPieceWhatTheMessageSays() async throws {
        try await ServedPlatform.run(providers: ["scripted": Self.fluent]) { served in
            let answer = try await served.api.post("/v1/chats", ServedPlatform.turn("scripted", ["stream": true]))
            #expect(answer.mediaType == "text/event-stream")
            #expect(answer.header("Cache-Control")?.contains("no-cache") == true && answer.header("X-Accel-Buffering") == "no")
            let events = try ServedPlatform.events(answer)
            #expect(events.map(\.place) == (0..<6).map { $0 })
            #expect(Set(events.map(\.turn)).count == 1)
            #expect(Set(events.map { $0.json["id"].text }).count == 1)
            #expect(events.answer == "Five working days.")
            #expect(events.map { $0.json["reasoning"].text }.joined() == "Hm. So.")
            #expect(
                events.dropLast().allSatisfy {
                    $0.json["finished"] == false && $0.json["usage"] == .null && $0.json.members["status"] == nil
                })
            let last = try #require(events.last?.json)
            #expect(last["finished"] == true && last["status"] == "complete" && last["usage"]["totalTokens"] == 15 && last["delta"] == "")
            #expect(last.members["error"] == nil)
            let chat = try await served.api.get("/v1/chats/\(last["id"].text)")
            #expect(chat["messages"][1]["id"] == last["messageId"] && chat["messages"][1]["content"] == "Five working days.")
        }
    }

    @Test func anAnswerCitesTheTextThatItQuotes() async throws {
        try await ServedPlatform.run { served in
            let api = served.api
            let text = "# Payments\n\nPréface.\n\n## Refunds\n\nRefunds arrive within five working days.\n\nInvoices are sent by post.\n"
            let dataset = try await api.post("/v1/datasets", ["name": "handbook"])["id"]
            let file = try await api.upload("handbook.md", text, fields: [("resource_type", "dataset"), ("resource_id", dataset.text)])[
                "id"
            ].text
            try await served.platform.whileJobsRun { try await served.platform.waitForJobs() }
            let model = try await api.post(
                "/v1/models", ["parentModelId": .string(SystemModel.quoting.id.text), "displayName": "Support"])["id"]
            #expect(try await api.post("/v1/models/\(model.text)/datasets", ["datasetId": dataset]).status == 201)
            let body: JSONValue = ["modelId": model, "messages": [["role": "user", "content": "When do refunds arrive?"]]]
            let answer = try await api.post("/v1/chats", body)
            #expect(answer["message"]["content"] == "Refunds arrive within five working days. [1]")
            #expect(answer["message"]["metadata"]["grounded"] == true)
            let whole = Array(try await api.get("/v1/files/\(file)/text").text.unicodeScalars)
            #expect(!answer["sources"].elements.isEmpty)
            for source in answer["sources"].elements {
                let (start, end) = (try #require(source["start"].int), try #require(source["end"].int))
                #expect(String(String.UnicodeScalarView(whole[start..<end])) == source["text"].text)
                #expect(source["fileId"].text == file && source["datasetId"] == dataset)
            }
            let events = try await served.stream(body)
            let withSources = events.indices.filter { events[$0].json["sources"] != .null }
            let firstText = try #require(events.firstIndex { !$0.json["delta"].text.isEmpty })
            let cited = try #require(withSources.first)
            #expect(withSources.count == 1 && cited < firstText)
            #expect(events[cited].json["sources"] == answer["sources"])

            let silent = try await api.post(
                "/v1/chats", body.with(["messages": [["role": "user", "content": "Who won the cup in Lisbon?"]]]))
            #expect(silent["sources"] == [] && silent["message"]["metadata"]["grounded"] == false)
        }
    }

    @Test(arguments: [
        (ProviderFault.Kind.overloaded, 503), (.rateLimited, 429), (.timedOut, 504), (.rejected, 400), (.misconfigured, 502),
        (.broken, 502), (.unreachable, 503),
    ])
    func anEarlyRefusalKeepsItsStatus(_ kind: ProviderFault.Kind, _ status: Int) async throws {
        try await ServedPlatform.run(providers: ["scripted": Upstream.refusing(kind)]) { served in
            for isStreamed in [false, true] {
                let answer = try await served.api.post("/v1/chats", ServedPlatform.turn("scripted", ["stream": .bool(isStreamed)]))
                #expect(answer.status == status)
                #expect(answer.mediaType == "application/problem+json")
                #expect(answer["detail"] == "The upstream said no.")
                #expect((answer.header("Retry-After") == "7") == [429, 503].contains(status))
            }
            let chats = try await served.api.get("/v1/chats")
            #expect(chats["data"].elements.map { $0["status"] } == ["error", "error"])
        }
    }

    @Test func aLateFaultIsAnEventAndThenDone() async throws {
        let torn = ScriptedProvider { _, continuation in
            continuation.yield(.text("Five "))
            throw ProviderFault(.overloaded, "Too many requests.", retryAfterSeconds: 7)
        }
        let cut = ScriptedProvider { _, continuation in continuation.yield(.text("Five ")) }
        try await ServedPlatform.run(providers: ["torn": torn, "cut": cut]) { served in
            for (model, status) in [("torn", 503), ("cut", 502)] {
                let events = try await served.stream(ServedPlatform.turn(model))
                #expect(events.answer == "Five ")
                let last = try #require(events.last?.json)
                #expect(last["finished"] == true && last["status"] == "failed" && last["error"]["status"].int == status)
                let chat = try await served.api.get("/v1/chats/\(last["id"].text)")
                #expect(chat["status"] == "error" && chat["messages"][1]["status"] == "failed" && chat["messages"][1]["content"] == "Five ")
                #expect(try await served.api.post("/v1/chats", ServedPlatform.turn(model)).status == status)
            }
        }
    }

    @Test func whatTheModelCannotDoIsRefusedByName() async throws {
        try await ServedPlatform.run { served in
            let base: JSONValue = ["modelId": .string(SystemModel.quoting.id.text), "messages": [["role": "user", "content": "Hi"]]]
            let wanted: [String: JSONValue] = [
                "tools": [["type": "function"]], "enableReasoning": true, "responseFormat": ["type": "json_schema"],
            ]
            let answer = try await served.api.post("/v1/chats", base.with(wanted))
            #expect(answer.status == 422)
            #expect(Set(answer.faults) == ["body.tools", "body.enableReasoning", "body.responseFormat"])
            let format = try await served.api.post("/v1/chats", base, headers: ["X-Stream-Format": "openai"])
            #expect(format.status == 422 && format.faults == ["header.X-Stream-Format"])
            let model = try await served.api.post(
                "/v1/models", ["parentModelId": base["modelId"], "displayName": "a", "supportsStreaming": false, "enabled": false])["id"]
            #expect(try await served.api.post("/v1/chats", base.with(["modelId": model])).status == 403)
            #expect(try await served.api.send("PATCH", "/v1/models/\(model.text)", ["enabled": true]).status == 200)
            #expect(try await served.api.post("/v1/chats", base.with(["modelId": model, "stream": true])).faults == ["body.stream"])
            let chats = try await served.api.get("/v1/chats")
            #expect(chats["data"] == [], "a refused turn leaves no chat")
        }
    }

    @Test func theUpstreamIsAskedWhatTheCallerAsked() async throws {
        let asked = Mutex<[GenerationRequest]>([])
        let provider = ScriptedProvider { request, continuation in
            asked.withLock { $0.append(request) }
            continuation.yield(.text("Yes."))
            continuation.yield(.finish)
        }
        try await ServedPlatform.run(providers: ["scripted": provider]) { served in
            let parent = ServedPlatform.turn()["modelId"]
            let model = try await served.api.post(
                "/v1/models", ["parentModelId": parent, "displayName": "a", "systemPrompt": "Of the model.", "maxTokensPerRequest": 500])[
                    "id"]
            let body = ServedPlatform.turn("scripted", ["modelId": model, "temperature": 0.5, "maxTokens": 700])
            let chat = try await served.api.post("/v1/chats", body)["id"]
            _ = try await served.api.send("PATCH", "/v1/chats/\(chat.text)", ["systemPrompt": "Of the chat."])
            let next: JSONValue = ["chatId": chat, "messages": [["role": "user", "content": "And then?"]], "maxTokens": 20]
            #expect(try await served.api.post("/v1/chats", next).status == 200)
            #expect(try await served.api.post("/v1/chats", next.with(["systemPrompt": "Of the turn."])).status == 200)
            #expect(
                try await served.api.post("/v1/chats", next.with(["system_prompt": "In snake case.", "systemPrompt": "Of the turn."]))
                    .status == 200)
        }
        let requests = asked.withLock { $0 }
        #expect(requests.map(\.system) == ["Of the model.", "Of the chat.", "Of the turn.", "In snake case."])
        #expect(requests.map(\.maxTokens) == [500, 20, 20, 20])
        #expect(requests.map(\.temperature) == [0.5, nil, nil, nil])
        let second = try #require(requests.dropFirst().first)
        #expect(second.messages.map(\.content) == ["How long do refunds take?", "Yes.", "And then?"])
        #expect(second.messages.map(\.role) == [.user, .assistant, .user])
    }

    @Test func ephemeralChatsAreNotListed() async throws {
        try await ServedPlatform.run(providers: ["scripted": ScriptedProviderSaying.short]) { served in
            let chat = try await served.api.post("/v1/chats", ServedPlatform.turn("scripted", ["ephemeral": true]))["id"].text
            let listed = try await served.api.get("/v1/chats")
            #expect(listed["data"] == [])
            #expect(try await served.api.get("/v1/chats/\(chat)").status == 200)
        }
    }
}
