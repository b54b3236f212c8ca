import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// One key, one effect, one answer, on both engines.
@Suite(.timeLimit(.minutes(5))) struct IdempotencyConformance {
    private static let reply = StoredReply.bytes(code: 201, headers: ["Location": "/x"], body: Data("{\"id\":\"ü\"}".utf8))

    private func service(_ installation: TestInstallation) -> IdempotencyService {
        IdempotencyService(database: installation.database, clock: installation.clock)
    }

    private func key(_ principal: Principal, _ header: String = "k-1", method: String = "POST", path: String = "/v1/models") throws
        -> IdempotencyKey
    {
        try IdempotencyKey(principal: principal, method: method, path: path, header: header)
    }

    private func claimed(_ claim: IdempotencyService.Claim) throws -> Receipt {
        guard case .claimed(let receipt) = claim else { throw WaitedInVain(description: "not claimed but \(claim)") }
        return receipt
    }

    private func name(_ claim: IdempotencyService.Claim) -> String {
        switch claim {
        case .claimed: "claimed"
        case .finished: "finished"
        case .running: "running"
        case .mismatch: "mismatch"
        }
    }

    private func expireLeases(_ installation: TestInstallation) async throws {
        try await installation.execute("UPDATE idempotency_claim SET lease_until = 0")
    }

    /// The effect that every request here has, and its receipt, in one transaction.
    private func effect(_ installation: TestInstallation, _ receipt: Receipt, _ name: String) async throws {
        try await installation.database.write { connection in
            try connection.execute("INSERT INTO organization (id, name, created_at) VALUES (\(name), \(name), 0)")
            try receipt.finish(Self.reply, on: connection)
        }
    }

    private func effects(_ installation: TestInstallation) async throws -> [String] {
        try await installation.query("SELECT id FROM organization WHERE created_at = 0 ORDER BY id").map { try $0.text("id") }
    }

    @Test(arguments: Backend.all) func oneOfManyConcurrentRequestsGetsTheKey(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<12 { group.addTask { name(try await service.claim(key(principal), fingerprint: "f")) } }
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == ["claimed": 1, "running": 11])
    }

    @Test(arguments: Backend.all) func aFinishedRequestIsAnsweredAgainWithTheSameBytes(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        try await effect(installation, claimed(await service.claim(key(principal), fingerprint: "f")), "effect")
        guard case .finished(.bytes(let code, let headers, let body)) = try await service.claim(key(principal), fingerprint: "f") else {
            Issue.record("not finished")
            return
        }
        #expect((code, headers, body) == (201, ["Location": "/x"], Data("{\"id\":\"ü\"}".utf8)))
        #expect(name(try await service.claim(key(principal), fingerprint: "g")) == "mismatch")
    }

    @Test(arguments: Backend.all) func anotherBodyWithTheKeyIsRefusedWhileItRunsAndWhenItsLeaseIsOver(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        _ = try await claimed(service.claim(key(principal), fingerprint: "f"))
        #expect(name(try await service.claim(key(principal), fingerprint: "g")) == "mismatch")
        try await expireLeases(installation)
        #expect(name(try await service.claim(key(principal), fingerprint: "g")) == "mismatch")
    }

    @Test(arguments: Backend.all) func theKeyBelongsToOneCallerMethodAndPath(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let service = service(installation)
        let ada = try await installation.caller()
        let bob = try await installation.caller(member: "bob")
        let elsewhere = try await installation.caller(organization: "two")
        for other in [
            try key(ada), try key(bob), try key(elsewhere), try key(ada, method: "PATCH"), try key(ada, path: "/v1/datasets"),
            try key(ada, "k-2"),
        ] {
            #expect(name(try await service.claim(other, fingerprint: "f")) == "claimed")
        }
        #expect(name(try await service.claim(key(ada, "\"k-1\""), fingerprint: "f")) == "running", "quoted and bare are one key")
    }

    @Test(arguments: Backend.all) func anExpiredClaimIsTakenOverAndItsOldHolderIsFenced(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        let old = try await claimed(service.claim(key(principal), fingerprint: "f"))
        try await expireLeases(installation)
        let new = try await claimed(service.claim(key(principal), fingerprint: "f"))

        await #expect(throws: PlatformError.self) { try await effect(installation, old, "old") }
        #expect(try await effects(installation).isEmpty, "the old holder's effect is rolled back with its receipt")
        try await service.release(old)
        try await service.finishIfOpen(old, Self.reply)
        #expect(name(try await service.claim(key(principal), fingerprint: "f")) == "running")

        try await effect(installation, new, "new")
        #expect(name(try await service.claim(key(principal), fingerprint: "f")) == "finished")
        #expect(try await effects(installation) == ["new"])
    }

    @Test func aClaimLastsAMinuteUnlessRenewed() async throws {
        let installation = try await TestInstallation(.sqlite)
        let (service, principal, clock) = (service(installation), try await installation.caller(), installation.clock)
        let receipt = try await claimed(service.claim(key(principal), fingerprint: "f"))
        clock.advance(by: .seconds(59))
        #expect(name(try await service.claim(key(principal), fingerprint: "f")) == "running")
        try await service.renew(receipt)
        clock.advance(by: .seconds(59))
        #expect(name(try await service.claim(key(principal), fingerprint: "f")) == "running")
        clock.advance(by: .seconds(1))
        #expect(name(try await service.claim(key(principal), fingerprint: "f")) == "claimed")
    }

    @Test(arguments: Backend.all) func aReleasedKeyMayBeUsedAgainAndAFinishedOneIsNotReleased(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        try await service.release(claimed(service.claim(key(principal), fingerprint: "f")))
        let receipt = try await claimed(service.claim(key(principal), fingerprint: "g"))
        try await effect(installation, receipt, "effect")
        try await service.release(receipt)
        try await service.finishIfOpen(receipt, .bytes(code: 500, headers: [:], body: Data()))
        guard case .finished(.bytes(let code, _, _)) = try await service.claim(key(principal), fingerprint: "g") else {
            Issue.record("the finished claim was released")
            return
        }
        #expect(code == 201)
    }

    @Test(arguments: Backend.all) func aReplyWithoutAnEffectIsRemembered(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        let receipt = try await claimed(service.claim(key(principal), fingerprint: "f"))
        try await service.finishIfOpen(receipt, .bytes(code: 404, headers: [:], body: Data("gone".utf8)))
        guard case .finished(.bytes(404, _, let body)) = try await service.claim(key(principal), fingerprint: "f") else {
            Issue.record("not finished with 404")
            return
        }
        #expect(body == Data("gone".utf8))
    }

    @Test(arguments: Backend.all) func aKeyIsFreeAgainAfterItsRetentionWhateverItsBody(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        try await effect(installation, claimed(service.claim(key(principal), fingerprint: "f")), "effect")
        try await installation.execute("UPDATE idempotency_claim SET expires_at = 0")
        #expect(name(try await service.claim(key(principal), fingerprint: "other")) == "claimed")
    }

    @Test(arguments: Backend.all) func sweepingForgetsOnlyWhatIsOld(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        try await effect(installation, claimed(service.claim(key(principal, "old"), fingerprint: "f")), "effect")
        try await installation.execute("UPDATE idempotency_claim SET expires_at = 0")
        _ = try await claimed(service.claim(key(principal, "new"), fingerprint: "f"))
        try await service.sweep()
        #expect(
            try await installation.query("SELECT idempotency_key FROM idempotency_claim").map { try $0.text("idempotency_key") } == ["new"])
    }

    @Test(arguments: Backend.all) func releasingAllKeepsWhatIsFinished(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        try await effect(installation, claimed(service.claim(key(principal, "done"), fingerprint: "f")), "effect")
        _ = try await claimed(service.claim(key(principal, "open"), fingerprint: "f"))
        try await service.releaseAll()
        #expect(name(try await service.claim(key(principal, "done"), fingerprint: "f")) == "finished")
        #expect(name(try await service.claim(key(principal, "open"), fingerprint: "changed")) == "claimed")
    }

    /// Every service that takes a receipt finishes it in the transaction of its effect: a fenced receipt leaves nothing behind.
    @Test(arguments: Backend.all) func aFencedReceiptUndoesEveryServicesEffect(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let (service, principal) = (service(installation), try await installation.caller())
        let platform = try installation.process()
        let parent = SystemModel.quoting.id
        let model = try await platform.model(for: principal)
        let dataset = try await platform.dataset(for: principal)
        let file = try await platform.upload("first", for: principal)
        let stale = try await claimed(service.claim(key(principal), fingerprint: "f"))
        try await expireLeases(installation)
        _ = try await claimed(service.claim(key(principal), fingerprint: "f"))
        func receipt<Outcome: Sendable>(_ type: Outcome.Type) -> ReplyReceipt<Outcome> { ReplyReceipt(stale) { _ in Self.reply } }
        let draft = ModelDraft(
            parent: parent, displayName: "n", contextWindow: nil, maxTokensPerRequest: nil, supportsStreaming: true, enabled: true,
            metadata: nil,
            systemPromptID: nil, systemPrompt: nil)
        var renaming = ModelChanges()
        renaming.displayName = .value("renamed")
        let use = AssociationDraft(dataset: dataset, usageType: "rag", snapshotID: nil, priority: 1)
        let renameDataset = DatasetChanges(name: .value("renamed"), description: .absent)
        let before = try await contents(installation)

        await #expect(throws: PlatformError.self) {
            try await platform.models.create(draft, for: principal, receipt: receipt(ResolvedModel.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.models.update(model, renaming, for: principal, receipt: receipt(ResolvedModel.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.associations.create(use, on: model, for: principal, receipt: receipt(Association.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.associations.createBatch([use], on: model, for: principal, receipt: receipt(AssociationBatch.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.datasets.create(
                DatasetDraft(name: "n", description: nil, consentForTraining: false), for: principal, receipt: receipt(Dataset.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.datasets.update(dataset, renameDataset, for: principal, receipt: receipt(Dataset.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.upload("second", into: dataset, for: principal, receipt: receipt(File.self))
        }
        await #expect(throws: PlatformError.self) {
            try await platform.files.associate(
                file.id, with: .dataset(dataset), namedAt: ["body"], for: principal, receipt: receipt(File.Association.self))
        }
        var turn = TurnRequest(messages: [
            IncomingMessage(role: .user, content: "Why?", toolCallID: nil, toolCalls: nil, metadata: nil)
        ])
        turn.model = model
        let question = turn
        await #expect(throws: PlatformError.self) { try await platform.turns.start(question, for: principal, receipt: stale) }
        #expect(try await contents(installation) == before)
    }

    /// Everything that the services above write, counted and named.
    private func contents(_ installation: TestInstallation) async throws -> [String] {
        let tables: [(String, SQL)] = [
            ("model", "SELECT display_name AS name FROM model"), ("dataset", "SELECT name FROM dataset"),
            ("file", "SELECT filename AS name FROM file"),
            ("association", "SELECT usage_type AS name FROM association"), ("item", "SELECT role AS name FROM item"),
            ("job", "SELECT unique_key AS name FROM job"), ("content", "SELECT sha256 AS name FROM content"),
            ("chat", "SELECT id AS name FROM chat"),
            ("turn", "SELECT id AS name FROM turn"), ("message", "SELECT id AS name FROM message"),
        ]
        var found: [String] = []
        for (table, query) in tables { found += try await installation.query(query).map { "\(table) \(try $0.text("name"))" }.sorted() }
        return found
    }
}
