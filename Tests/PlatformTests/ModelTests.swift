import Foundation
import Storage
import TestSupport
import Testing

@testable import Platform

/// Models: what they inherit, what a merge changes, and their life by the clock.
@Suite(.timeLimit(.minutes(2))) struct ModelTests {
    private static let end = Timestamp(milliseconds: 1_800_000_000_000)

    private static func system(
        _ name: String, enabled: Bool = true, endOfLifeAt: Timestamp? = nil, replacement: String? = nil
    ) -> SystemModel {
        SystemModel(
            name: name, provider: "builtin", upstream: "quoting", displayName: name, description: nil, contextWindow: 4_096,
            maxTokensPerRequest: 512,
            supportsTools: false, supportsVision: false, supportsReasoning: false, creditMultiplier: 1, tier: .standard,
            isRecommended: false,
            enabled: enabled, endOfLifeAt: endOfLifeAt, deprecationMessage: "Take the other one.", replacement: replacement)
    }

    private func platform(_ installation: TestInstallation, _ systems: [SystemModel]) throws -> Platform {
        try installation.process { $0.catalogue = Catalogue(configured: systems) }
    }

    @Test func lifecycleIsTheStrongestOfWhatIsTrue() {
        let (before, at, after) = (Self.end.adding(.milliseconds(-1)), Self.end, Self.end.adding(.seconds(1)))
        let cases: [(SystemModel, Timestamp, LifecycleState)] = [
            (Self.system("a"), after, .active), (Self.system("a", enabled: false), after, .disabled),
            (Self.system("a", endOfLifeAt: Self.end), before, .deprecated), (Self.system("a", endOfLifeAt: Self.end), at, .endOfLife),
            (Self.system("a", enabled: false, endOfLifeAt: Self.end), before, .disabled),
            (Self.system("a", enabled: false, endOfLifeAt: Self.end), after, .endOfLife),
        ]
        for (system, now, state) in cases { #expect(LifecycleState(of: system, at: now) == state) }
    }

    @Test func theClockAloneRetiresAModel() async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try platform(installation, [Self.system("old", endOfLifeAt: Self.end, replacement: "new"), Self.system("new")])
        let ada = try await installation.caller()
        let model = try await platform.model(from: "old", for: ada)
        let young = try await platform.models.get(model, for: ada)
        #expect((young.lifecycle, young.replacement) == (.deprecated, SystemModel.id(of: "new")))
        installation.clock.advance(by: .milliseconds(Self.end.milliseconds - installation.clock.now.milliseconds))
        #expect(try await platform.models.get(model, for: ada).lifecycle == .endOfLife)
        await #expect(throws: PlatformError.self, "nothing new is derived from it") { try await platform.model(from: "old", for: ada) }
        await #expect(throws: PlatformError.self) {
            try await platform.turns.start(request(model), for: ada, receipt: nil)
        }
    }

    private func request(_ model: ModelID) -> TurnRequest {
        var request = TurnRequest(messages: [IncomingMessage(role: .user, content: "Why?", toolCallID: nil, toolCalls: nil, metadata: nil)])
        request.model = model
        return request
    }

    @Test func whatIsLeftOutIsInheritedAndFollowsTheParent() async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try platform(installation, [Self.system("parent")])
        let ada = try await installation.caller()
        let inheriting = try await platform.model(from: "parent", for: ada)
        let own = try await platform.model(from: "parent", contextWindow: 1_000, maxTokens: 100, for: ada)
        let (first, second) = (try await platform.models.get(inheriting, for: ada), try await platform.models.get(own, for: ada))
        #expect((first.contextWindow, first.maxTokensPerRequest, first.own?.contextWindow) == (4_096, 512, nil))
        #expect((second.contextWindow, second.maxTokensPerRequest) == (1_000, 100))

        var larger = ModelChanges()
        larger.parent = .value(SystemModel.quoting.id)
        let moved = try await platform.models.update(inheriting, larger, for: ada, receipt: nil)
        #expect((moved.contextWindow, moved.maxTokensPerRequest) == (8_192, 1_024))
    }

    @Test func aMergeChangesOnlyWhatItNamesAndNullClears() async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try platform(installation, [Self.system("parent")])
        let ada = try await installation.caller()
        let draft = ModelDraft(
            parent: SystemModel.id(of: "parent"), displayName: "mine", contextWindow: 1_000, maxTokensPerRequest: 100,
            supportsStreaming: false,
            enabled: true, metadata: .object(["team": .string("bees"), "deep": .object(["a": .null])]), systemPromptID: nil,
            systemPrompt: "Be kind.")
        let made = try await platform.models.create(draft, for: ada, receipt: nil)
        installation.clock.advance(by: .seconds(5))
        let untouched = try await platform.models.update(made.id, ModelChanges(), for: ada, receipt: nil)
        let (old, new) = (try #require(made.own), try #require(untouched.own))
        #expect((new.displayName, new.contextWindow, new.metadata, new.systemPrompt) == (old.displayName, 1_000, old.metadata, "Be kind."))
        #expect((new.supportsStreaming, new.enabled, new.createdAt) == (false, true, old.createdAt))
        #expect(new.updatedAt == old.updatedAt.adding(.seconds(5)))

        var changes = ModelChanges()
        changes.displayName = .null
        changes.contextWindow = .null
        changes.metadata = .value(.object(["x": .integer(1)]))
        changes.systemPrompt = .null
        changes.enabled = .value(false)
        let changed = try #require(try await platform.models.update(made.id, changes, for: ada, receipt: nil).own)
        #expect((changed.displayName, changed.contextWindow, changed.maxTokensPerRequest) == ("mine", nil, 100))
        #expect((changed.metadata, changed.systemPrompt, changed.enabled) == (.object(["x": .integer(1)]), nil, false))
        #expect(try await platform.models.get(made.id, for: ada).own == changed, "what was answered is what is stored")
    }

    @Test func systemModelsAreReadOnlyAndUnknownParentsAreRefused() async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try platform(installation, [Self.system("off", enabled: false)])
        let ada = try await installation.caller()
        let quoting = SystemModel.quoting.id
        #expect(try await platform.models.get(quoting, for: ada).own == nil)
        await #expect(throws: PlatformError.self) { try await platform.models.update(quoting, ModelChanges(), for: ada, receipt: nil) }
        await #expect(throws: PlatformError.self) { try await platform.models.delete(quoting, for: ada) }
        await #expect(throws: PlatformError.self, "switched off") { try await platform.model(from: "off", for: ada) }
        let own = try await platform.model(for: ada)
        var changes = ModelChanges()
        changes.parent = .value(own)
        let derived = changes
        await #expect(throws: PlatformError.self, "an own model is no parent") {
            try await platform.models.update(own, derived, for: ada, receipt: nil)
        }
    }

    @Test func aModelWhoseParentWasWithdrawnIsReadableAndUnusable() async throws {
        let installation = try await TestInstallation(.sqlite)
        let ada = try await installation.caller()
        let model = try await platform(installation, [Self.system("gone")]).model(from: "gone", for: ada)
        let later = try platform(installation, [])
        #expect(try await later.models.get(model, for: ada).lifecycle == .endOfLife)
        #expect(try await later.models.page(PageRequest(), for: ada).elements.map(\.id) == [model])
        await #expect(throws: PlatformError.self) { try await later.turns.start(request(model), for: ada, receipt: nil) }
    }

    @Test func aDeletedModelIsGoneAndItsAssociationsToo() async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try installation.process()
        let ada = try await installation.caller()
        let dataset = try await platform.dataset(for: ada)
        let model = try await platform.model(reading: [(dataset, 1)], for: ada)
        try await platform.models.delete(model, for: ada)
        await #expect(throws: PlatformError.self) { try await platform.models.get(model, for: ada) }
        await #expect(throws: PlatformError.self) { try await platform.models.delete(model, for: ada) }
        #expect(try await installation.query("SELECT model_id FROM association").isEmpty)
    }

    @Test func theCatalogueIsPagedByName() async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try platform(installation, ["b", "a", "z"].map { Self.system($0) })
        var names: [String] = []
        var cursor: String?
        repeat {
            let page = try platform.models.catalogue(PageRequest(limit: 2, cursor: cursor))
            names += page.elements.map(\.system.name)
            cursor = page.nextCursor
        } while cursor != nil
        #expect(names == ["a", "b", "quoting", "z"])
    }
}
