import Foundation
import Platform
import Providers
import TestSupport
import Testing

@testable import Server

/// Every operation is driven to every answer that the document promises, and every answer is what the document says.
@Suite(.timeLimit(.minutes(10))) struct SchemaTests {
    @Test func everyDocumentedAnswerIsSeenAndIsAsDocumented() async throws {
        let unseen = try await ServedPlatform.run(
            providers: Self.providers,
            configure: {
                ($0.mostUploadBytes, $0.mostDatasetBytes) = (4_096, 4_096)
            }
        ) { served in
            let ledger = try await Ledger(served)
            let api = ledger.watching(served.api)
            let made = try await Belongings.make(api)
            let spare = try await Belongings.make(api, name: "spare")
            let drive = DatasetPlatformDrive(api: api)
            #expect(try await api.get("/v1/files/\(made[.file])/text").status == 409)
            try await drive.beforeAnythingIsRead(made)
            let own = try await served.platform.whileJobsRun {
                try await served.platform.waitForJobs()
                let own = try await made.launching(api)
                try await served.platform.waitForJobs()
                return own
            }
            try await read(api, own)
            try await integrate(api)
            try await drive.read(own)
            try await drive.change(own, spare)
            try await change(api, own, spare)
            try await talk(api, own)
            try await operate(served, api, ledger)
            try await remove(api, spare)
            try await expectProviderFaults(api)
            try await expectBusyKeys(served, api, ledger, own)
            for request in NamingRequest.all(served.server.routes) { try await api.send(request.make(.unknown())) }
            try await GeneratedFaults(served, ledger, own).run()
            try await served.platform.breakDatabase()
            try await expectFailures(api, ledger, own)
            return ledger.unseen
        }
        #expect(unseen.filter { !$0.hasSuffix(" 429") && !$0.hasSuffix(" 503") } == [])
    }

    @Test func everyOperationIsRefusedOverTheLimitAsDocumented() async throws {
        let unseen = try await ServedPlatform.run(configure: { $0.requestsPerMinutePerMember = 1 }) { served in
            let ledger = try await Ledger(served)
            let api = ledger.watching(try await served.caller(member: "operator", scopes: Set(Scope.allCases)))
            #expect(try await api.get("/v1/models").header("X-RateLimit-Remaining") == "0")
            for operation in ledger.document.operations where operation.statuses.contains(429) {
                let answer = try await api.send(TestRequest(operation.method, NamingRequest.filled(operation.path) { _ in "any" }))
                #expect(answer.status == 429)
                #expect(answer.header("X-RateLimit-Limit") == "1" && answer.header("X-RateLimit-Remaining") == "0")
            }
            return ledger.unseen
        }
        #expect(unseen.filter { $0.hasSuffix(" 429") } == [])
    }

    @Test func withoutItsDatabaseEveryOperationIsUnavailableAsDocumented() async throws {
        try await ServedPlatform.run { served in
            let ledger = try await Ledger(served)
            let api = ledger.watching(served.api)
            let target = "/uploads/" + (try await api.openUpload("a.csv").url).split(separator: "/uploads/").dropFirst().joined()
            await served.platform.loseDatabase()
            for operation in ledger.document.operations where !operation.description["security"].elements.isEmpty {
                let answer = try await api.send(Self.request(operation, target))
                #expect(answer.status == 503, "\(operation.id)")
                #expect(answer.header("Retry-After") != nil, "\(operation.id)")
            }
            #expect(try await api.get("/v1/health/readiness").status == 503)
            #expect(try await api.get("/v1/health/liveness").status == 200)
        }
    }

    @Test func aServerThatStopsSaysSo() async throws {
        try await ServedPlatform.run { served in
            let api = try await Ledger(served).watching(served.api)
            served.server.readiness.beginDraining()
            let answer = try await api.get("/v1/health/readiness")
            #expect(answer.status == 503)
            #expect(answer["checks"]["server"] == "draining")
            await served.platform.platform.turns.drain(grace: .zero)
            let turn = try await api.post(
                "/v1/chats", ["modelId": .string(SystemModel.quoting.id.text), "messages": [["role": "user", "content": "Hi"]]])
            #expect(turn.status == 503)
            #expect(turn.header("Retry-After") != nil)
        }
    }

    @Test func anUnknownPathAndAWrongMethodAreProblems() async throws {
        try await ServedPlatform.run { served in
            let ledger = try await Ledger(served)
            let api = ledger.watching(served.api)
            for path in ["/", "/v1", "/v1/model", "/v1/models/a/b/c/d", "/v2/models", "/v1/chats/a/streams", "/%00", "/v1/../etc/passwd"] {
                #expect(try await api.get(path).status == 404, "\(path)")
            }
            for operation in ledger.document.operations {
                let path = NamingRequest.filled(operation.path) { _ in "any" }
                let allowed = ledger.document.operations.filter { $0.path == operation.path }.map(\.method).sorted()
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"] where !allowed.contains(method) {
                    // A literal path may be a placeholder's value too.
                    if ledger.document.operation(method, path) != nil { continue }
                    let answer = try await api.send(method, path)
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(answer.header("Allow") == allowed.joined(separator: ", "), "\(method) \(path)")
                }
            }
        }
    }

    private static let providers: [String: any ModelProvider] = [
        "fluent": ScriptedProvider { _, continuation in
            continuation.yield(.reasoning("Let me think."))
            continuation.yield(.text("Five "))
            continuation.yield(.text("days."))
            continuation.yield(.usage(TokenUsage(input: 7, output: 2, reasoning: 3)))
            continuation.yield(.finish)
        },
        "overloaded": refusing(.overloaded), "late": refusing(.timedOut), "picky": refusing(.rejected), "broken": refusing(.broken),
        "torn": ScriptedProvider { _, continuation in
            continuation.yield(.text("Five "))
            throw ProviderFault(.overloaded, "Too many requests.", retryAfterSeconds: 3)
        },
    ]

    /// Calls an operation with whatever ids; with a URL that was signed where nothing else gets through.
    private static func request(_ operation: ContractDocument.Operation, _ target: String) -> TestRequest {
        let path = operation.id == "receiveUpload" ? target : NamingRequest.filled(operation.path) { _ in "any" }
        return TestRequest(operation.method, path)
    }

    private static func refusing(_ kind: ProviderFault.Kind) -> ScriptedProvider {
        ScriptedProvider(accept: { _ in throw ProviderFault(kind, "No.", retryAfterSeconds: 7) }, script: { _, _ in })
    }

    private static func turn(_ model: String, stream: Bool = false) -> JSONValue {
        let id = TestPlatform.systemModel(model).id.text
        return [
            "modelId": .string(id), "messages": [["role": "user", "content": "How many days do refunds take?"]], "stream": .bool(stream),
        ]
    }

    private func read(_ api: TestAPI, _ own: Belongings) async throws {
        let (model, dataset, file, chat) = (own[.model], own[.dataset], own[.file], own[.chat])
        for path in ["models?", "models/catalog?", "datasets?", "files?", "chats?expand[]=model&"] {
            #expect(try await api.get("/v1/\(path)limit=100")["hasMore"] == false)
            #expect(try await api.get("/v1/\(path)limit=1")["hasMore"] == true)
        }
        for path in [
            "models/\(model)", "models/\(SystemModel.quoting.id)", "models/\(model)/datasets",
            "datasets/\(dataset)?expand[]=items&expand[]=snapshots",
            "datasets/\(dataset)/items", "files/\(file)", "files/\(file)/text", "files/\(file)/content", "chats/\(chat)?expand[]=model",
            "files?statusFilter=ready&resourceType=chat&resourceId=\(chat)",
        ] {
            #expect(try await api.get("/v1/\(path)").status == 200, "\(path)")
        }
        #expect(try await api.post("/v1/datasets/\(dataset)/search", ["query": "refunds"])["data"].elements.count == 1)
    }

    private func integrate(_ api: TestAPI) async throws {
        let body: JSONValue = ["secret": "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
        #expect(try await api.send("PUT", "/v1/integrations/none", body).status == 404)
        #expect(try await api.get("/v1/integrations/webhook").status == 404)
        for replayed in [nil, "true"] as [String?] {
            let answer = try await api.send("PUT", "/v1/integrations/webhook", body, headers: ["Idempotency-Key": "set"])
            #expect(answer.status == 200)
            #expect(answer.header("Idempotency-Replayed") == replayed)
        }
        #expect(try await api.get("/v1/integrations/webhook").status == 200)
        #expect(try await api.get("/v1/integrations")["data"].elements.count == 1)
        #expect(try await api.send("DELETE", "/v1/integrations/webhook").status == 204)
        #expect(try await api.send("DELETE", "/v1/integrations/webhook").status == 404)
    }

    private func change(_ api: TestAPI, _ own: Belongings, _ spare: Belongings) async throws {
        let (model, dataset, chat) = (own[.model], own[.dataset], own[.chat])
        for (path, body) in [
            ("models/\(model)", ["displayName": "new", "contextWindow": nil, "systemPrompt": "Be brief."]),
            ("models/\(model)/datasets/\(dataset)", ["priority": 3]), ("datasets/\(dataset)", ["description": nil]),
            ("chats/\(chat)", ["title": "new", "metadata": ["a": [1, 2.5, nil]]]),
        ] as [(String, JSONValue)] {
            #expect(try await api.send("PATCH", "/v1/\(path)", body, headers: ["Idempotency-Key": "change"]).status == 200, "\(path)")
            let again = try await api.send("PATCH", "/v1/\(path)", body, headers: ["Idempotency-Key": "change"])
            #expect(again.header("Idempotency-Replayed") == "true")
        }
        let both: JSONValue = ["datasets": [["datasetId": .string(dataset)], ["datasetId": .string(spare[.dataset])]]]
        let batch = try await api.post("/v1/models/\(model)/datasets/batch", both)
        #expect(batch.status == 201)
        #expect(batch["created"].elements.count == 1 && batch["skipped"].elements.count == 1)
        #expect(try await api.post("/v1/models/\(model)/datasets", ["datasetId": .string(dataset)]).status == 409)
        #expect(try await api.send("PATCH", "/v1/models/\(SystemModel.quoting.id)", ["enabled": false]).status == 403)
        #expect(try await api.send("DELETE", "/v1/models/\(SystemModel.quoting.id)").status == 403)
    }

    private func talk(_ api: TestAPI, _ own: Belongings) async throws {
        let quoted = try await api.post(
            "/v1/chats",
            ["modelId": .string(own[.model]), "messages": [["role": "user", "content": "Do refunds of handbook take five days?"]]])
        #expect(quoted["sources"].elements.count == 1, "\(quoted.text)")
        #expect(try await api.post("/v1/chats", Self.turn("fluent"))["reasoning"].text == "Let me think.")
        let stream = TestEvent.read(try await api.post("/v1/chats", Self.turn("fluent", stream: true)).text)
        #expect(stream.answer == "Five days.")
        let first = try #require(stream.first)
        let chat = first.json["id"].text
        #expect(try await api.get("/v1/chats/\(chat)/stream", headers: ["Last-Event-ID": first.id ?? ""]).status == 200)
        #expect(try await api.get("/v1/chats/\(chat)/stream").status == 204)
        let torn = TestEvent.read(try await api.post("/v1/chats", Self.turn("torn", stream: true)).text)
        #expect(torn.dropLast().last?.json["error"]["status"] == 503)
        #expect(try await api.post("/v1/chats/\(chat)/cancel").status == 200)
        #expect(try await api.get("/v1/chats/\(torn.first?.json["id"].text ?? "")")["status"] == "error")
    }

    private func operate(_ served: ServedPlatform, _ api: TestAPI, _ ledger: Ledger) async throws {
        let admin = ledger.watching(try await served.caller(member: "operator", scopes: [.instanceAdmin]))
        #expect(try await admin.get("/metrics").status == 200)
        for path in ["/openapi.json", "/v1/health/liveness", "/v1/health/readiness"] { #expect(try await api.get(path).status == 200) }
    }

    private func remove(_ api: TestAPI, _ spare: Belongings) async throws {
        let (model, dataset, file, chat) = (spare[.model], spare[.dataset], spare[.file], spare[.chat])
        for path in [
            "files/\(file)/associations/chat/\(chat)", "files/\(file)/associations?resource_type=dataset&resource_id=\(dataset)",
            "files/\(file)?purge=true", "models/\(model)/datasets/\(dataset)", "models/\(model)", "datasets/\(dataset)", "chats/\(chat)",
        ] {
            #expect(try await api.send("DELETE", "/v1/\(path)").status == 204, "\(path)")
            #expect(try await api.send("DELETE", "/v1/\(path)").status == 404, "\(path), again")
        }
    }

    private func expectProviderFaults(_ api: TestAPI) async throws {
        for (model, status) in [("overloaded", 503), ("late", 504), ("picky", 400), ("broken", 502)] {
            for stream in [false, true] {
                #expect(try await api.post("/v1/chats", Self.turn(model, stream: stream)).status == status, "\(model)")
            }
        }
    }

    /// A key whose request still runs is answered 409 by every route that takes keys.
    private func expectBusyKeys(_ served: ServedPlatform, _ api: TestAPI, _ ledger: Ledger, _ own: Belongings) async throws {
        let principal = try await served.platform.platform.access.authenticate(token: served.key)
        let sha256 = try await api.get("/v1/files/\(own[.file])")["sha256"].text
        let bytes = try await api.get("/v1/files/\(own[.file])/content").body
        let changing = ledger.document.operations.filter { ["POST", "PUT", "PATCH"].contains($0.method) && $0.id != "receiveUpload" }
        for operation in changing {
            let path = NamingRequest.filled(operation.path) { _ in "any" }
            let key = try IdempotencyKey(principal: principal, method: operation.method, path: path, header: "busy")
            let isUpload = operation.id == "uploadFile"
            let fingerprint =
                isUpload
                ? IdempotencyGate.digest(try JSONText.encode(["handbook.md", "", "", sha256]))
                : IdempotencyGate.fingerprint(ReadBody(bytes: Data("{}".utf8), mediaType: "application/json"))
            _ = try await served.platform.platform.idempotency.claim(key, fingerprint: fingerprint)
            let headers = ["Idempotency-Key": "busy"]
            let answer =
                try await isUpload
                ? api.send(TestForm(filename: "handbook.md", content: bytes).request(headers: headers))
                : api.send(operation.method, path, [:], headers: headers)
            #expect(answer.status == 409, "\(operation.id)")
            #expect(answer.header("Retry-After") != nil, "\(operation.id)")
        }
    }

    /// A fault of ours is a problem that names the request and nothing else.
    private func expectFailures(_ api: TestAPI, _ ledger: Ledger, _ own: Belongings) async throws {
        for operation in ledger.document.operations where operation.statuses.contains(500) {
            let answer = try await api.send(Self.request(operation, own[.target]))
            #expect(answer.status == 500, "\(operation.id)")
            #expect(answer.explanation.contains(answer.header("X-Request-Id") ?? "?"))
            for word in ["SQL", "api_key", "table"] { #expect(!answer.text.contains(word)) }
        }
    }
}
