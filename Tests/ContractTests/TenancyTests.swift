import Foundation
import Platform
import Server
import TestSupport
import Testing

/// Nobody reaches into another organization, nor into a colleague's chats: every route that names something, with every id of others.
@Suite(.timeLimit(.minutes(5))) struct TenancyTests {
    @Test(arguments: Backend.all) func anotherOrganizationsIdsAreAnsweredLikeUnknownOnes(_ backend: Backend) async throws {
        try await ServedPlatform.run(backend) { served in
            let theirs = try await processed(served, served.api, "handbook")
            let intruder = try await served.caller(organization: "two", member: "eve")
            let own = try await Belongings.make(intruder, name: "diary")
            let before = try await state(served.api, theirs)
            for request in NamingRequest.all(served.server.routes) {
                try await expectNothing(intruder, request, own: own, foreign: theirs, kinds: Set(request.answers.keys))
            }
            let after = try await state(served.api, theirs)
            for (path, body) in before { #expect(after[path] == body, "\(path) changed") }
        }
    }

    @Test func aColleaguesChatsAreAnsweredLikeUnknownOnes() async throws {
        try await ServedPlatform.run { served in
            let theirs = try await processed(served, served.api, "handbook")
            let colleague = try await served.caller(organization: "one", member: "bob")
            let own = try await Belongings.make(colleague, name: "diary")
            let before = try await state(served.api, theirs)
            var count = 0
            for request in NamingRequest.all(served.server.routes) where request.answers[.chat] != nil {
                try await expectNothing(colleague, request, own: own, foreign: theirs, kinds: [.chat])
                count += 1
            }
            #expect(count > 5)
            let chats = try await colleague.get("/v1/chats")
            #expect(chats["data"].elements.map { $0["id"].text } == [own[.chat]])
            let after = try await state(served.api, theirs)
            for (path, body) in before { #expect(after[path] == body, "\(path) changed") }
        }
    }

    /// Without this, an answer 404 could come from a request that is wrong for another reason.
    @Test func eachOfTheseRequestsWorksWithOnesOwnIds() async throws {
        try await ServedPlatform.run { served in
            try await served.platform.whileJobsRun {
                for (index, request) in NamingRequest.all(served.server.routes).enumerated() {
                    var own = try await Belongings.make(served.api, name: "own \(index)")
                    if request.route.hasSuffix("/text") || request.answers[.table] != nil {
                        own = try await running(served, served.api, own)
                    }
                    let answer = try await served.api.send(request.make(own))
                    #expect((200..<300).contains(answer.status) || isReached(request.route, answer), "\(request.route): \(answer.text)")
                }
            }
        }
    }

    @Test func listsShowNothingOfOtherOrganizations() async throws {
        try await ServedPlatform.run { served in
            let theirs = try await processed(served, served.api, "handbook")
            let stranger = try await served.caller(organization: "two", member: "eve")
            let lists = served.server.routes.filter { $0.method == "GET" && $0.scope != nil && !$0.path.contains("{") }
            #expect(lists.count >= 6)
            for list in lists {
                let answer = try await stranger.get(list.path + "?expand[]=model&limit=100")
                #expect(answer.status == 200)
                for (kind, id) in theirs.ids { #expect(!answer.text.contains(id), "\(list.path) shows a \(kind)") }
                #expect(!answer.text.contains("handbook"))
                let key = list.path.hasPrefix("/api/v1") ? "datasets" : "data"
                if list.path != "/v1/models/catalog" { #expect(answer[key] == []) }
            }
        }
    }

    @Test func callersDoNotShareIdempotencyKeys() async throws {
        try await ServedPlatform.run { served in
            let callers = [
                served.api, try await served.caller(organization: "one", member: "bob"),
                try await served.caller(organization: "two", member: "eve"),
            ]
            var ids: Set<String> = []
            for (index, caller) in callers.enumerated() {
                let answer = try await caller.post("/v1/datasets", ["name": "of \(index)"], headers: ["Idempotency-Key": "the-same"])
                #expect(answer.status == 201)
                #expect(answer.header("Idempotency-Replayed") == nil)
                ids.insert(answer["id"].text)
            }
            #expect(ids.count == 3)
        }
    }

    /// Sends the request with each of the kinds foreign, and all together, and again with ids that nobody issued in their place.
    private func expectNothing(
        _ caller: TestAPI, _ request: NamingRequest, own: Belongings, foreign: Belongings, kinds: Set<Kind>
    ) async throws {
        for chosen in kinds.map({ [$0] }) + [kinds] {
            let answer = try await caller.send(request.make(own.with(chosen, of: foreign)))
            let unknown = try await caller.send(request.make(own.with(chosen, of: .unknown())))
            let allowed = chosen.compactMap { request.answers[$0] }
            #expect(allowed.contains(answer.status), "\(request.route) with foreign \(chosen): \(answer.text)")
            #expect(answer.status == unknown.status, "\(request.route) with foreign \(chosen)")
            #expect(answer.json.without("requestId") == unknown.json.without("requestId"), "\(request.route) with foreign \(chosen)")
            #expect(answer.mediaType == unknown.mediaType)
        }
    }

    /// Everything that the owner of these things can read of them.
    private func state(_ api: TestAPI, _ things: Belongings) async throws -> [String: Data] {
        let (model, dataset, file, chat) = (things[.model], things[.dataset], things[.file], things[.chat])
        var bodies: [String: Data] = [:]
        let paths = [
            "models", "models/\(model)", "models/\(model)/datasets", "datasets", "datasets/\(dataset)?expand[]=items",
            "datasets/\(dataset)/items",
            "files", "files/\(file)", "files/\(file)/text", "files/\(file)/content", "chats", "chats/\(chat)",
        ]
        for path in paths {
            let answer = try await api.get("/v1/" + path)
            #expect(answer.status == 200)
            bodies[path] = answer.body
        }
        let (table, run) = (things[.table], things[.run])
        for path in [
            "/v1/datasets/\(table)/runs", "/v1/datasets/\(table)/runs/\(run)", "/v1/datasets/\(table)/runs/\(run)/dropped",
            "/v1/datasets/\(table)/rows", "/v1/datasets/\(table)/diff", "/v1/datasets/\(table)/publications", "/api/v1/datasets",
            "/api/v1/datasets/\(table)", "/api/v1/datasets/\(table)/status", "/api/v1/datasets/\(table)/evaluation",
            "/api/v1/datasets/\(table)/download?fileFormat=jsonl", "/api/v1/datasets/\(things[.opened])",
        ] {
            let answer = try await api.get(path)
            #expect(answer.status == 200, "\(path): \(answer.text)")
            bodies[path] = answer.body
        }
        let search = try await api.post("/v1/datasets/\(dataset)/search", ["query": "refunds"])
        #expect(search["data"].elements.count == 1)
        bodies["search"] = search.body
        return bodies
    }

    private func processed(_ served: ServedPlatform, _ api: TestAPI, _ name: String) async throws -> Belongings {
        let made = try await Belongings.make(api, name: name)
        return try await served.platform.whileJobsRun { try await running(served, api, made) }
    }

    /// The same once its files are read and a run of its table has ended.
    private func running(_ served: ServedPlatform, _ api: TestAPI, _ made: Belongings) async throws -> Belongings {
        try await served.platform.waitForJobs()
        let running = try await made.launching(api)
        try await served.platform.waitForJobs()
        return running
    }

    /// Whether a refusal tells of the thing itself: that it is associated from the start, has ended, or that only credentials are
    /// missing.
    private func isReached(_ route: String, _ answer: TestAnswer) -> Bool {
        switch route {
        case "POST /v1/models/{model_id}/datasets": answer.status == 409
        case "POST /v1/datasets/{dataset_id}/runs/{run_id}/cancel": answer.status == 409 && answer.explanation.contains("over")
        case "POST /api/v1/datasets/{dataset_id}/publish":
            answer.status == 400 && answer.explanation.contains("PUT /v1/integrations/kaggle")
        default: false
        }
    }
}
