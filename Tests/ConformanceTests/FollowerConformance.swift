import Foundation
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// Followers of one turn, at different places, on the process that generates it and on another one.
@Suite(.timeLimit(.minutes(5))) struct FollowerConformance {
    private struct Scene: Sendable {
        let installation: TestInstallation
        let owner: Platform
        let other: Platform
        let ada: Principal
        let follower: TurnFollower
        let mayEnd: Door
        var chat: ChatID { follower.turn.chat }
        var turn: TurnID { follower.turn.id }
    }

    private static let pieces = ["One ", "two ", "three "]
    private static let whole = "One two three end"

    private func scene(_ backend: Backend) async throws -> Scene {
        let installation = try await TestInstallation(backend)
        let mayEnd = Door()
        let provider = TurnSupport.hesitant(saying: Self.pieces, door: mayEnd)
        let owner = try installation.process(providers: ["slow": provider])
        let other = try installation.process(providers: ["slow": provider])
        let ada = try await installation.caller()
        let model = try await owner.model(from: "slow", for: ada)
        let follower = try await owner.turns.start(TurnSupport.request("Why?", model: model), for: ada, receipt: nil)
        return Scene(installation: installation, owner: owner, other: other, ada: ada, follower: follower, mayEnd: mayEnd)
    }

    @Test(arguments: Backend.all) func followersAtDifferentPlacesSeeTheSameEventsAndOneThatLeavesChangesNothing(_ backend: Backend)
        async throws
    {
        let scene = try await scene(backend)
        try await scene.installation.flushed(3)
        let resumed = try #require(try await scene.owner.turns.resume(scene.chat, after: (scene.turn, 0), for: scene.ada))
        let late = try #require(try await scene.owner.turns.resume(scene.chat, after: nil, for: scene.ada))
        let leaving = Task { try await TurnSupport.follow(scene.follower) }
        async let first = TurnSupport.follow(scene.follower)
        async let second = TurnSupport.follow(resumed)
        async let third = TurnSupport.follow(late)
        leaving.cancel()
        await #expect(throws: CancellationError.self) { try await leaving.value }
        scene.mayEnd.open()
        let all = Self.pieces.map { TurnEvent.text($0) } + [.text("end")]
        #expect(try await first.events == all)
        #expect(try await second.events == Array(all[1...]))
        #expect(try await third.events == all)
        let outcomes = try await [first.outcome, second.outcome, third.outcome]
        #expect(Set(outcomes.map(\.message)).count == 1)
        #expect(outcomes.first?.message.content == Self.whole)
    }

    @Test(arguments: Backend.all) func aFollowerOnAnotherProcessSeesTheSame(_ backend: Backend) async throws {
        let scene = try await scene(backend)
        try await scene.installation.flushed(3)
        let remote = try #require(try await scene.other.turns.resume(scene.chat, after: (scene.turn, 0), for: scene.ada))
        async let seen = TurnSupport.follow(remote)
        scene.mayEnd.open()
        let local = try await TurnSupport.follow(scene.follower)
        #expect(try await seen.events == Array(local.events[1...]))
        #expect(try await seen.outcome.message == local.outcome.message)
    }

    @Test(arguments: Backend.all) func whoComesBackAfterTheEndGetsTheRest(_ backend: Backend) async throws {
        let scene = try await scene(backend)
        scene.mayEnd.open()
        let local = try await TurnSupport.follow(scene.follower)
        let back = try #require(try await scene.owner.turns.resume(scene.chat, after: (scene.turn, 1), for: scene.ada))
        #expect(try await TurnSupport.follow(back).events == Array(local.events[2...]))
        #expect(try await scene.owner.turns.resume(scene.chat, after: nil, for: scene.ada) == nil, "nothing runs and nothing was named")
        #expect(try await scene.owner.turns.resume(scene.chat, after: (TurnID("unknown"), 0), for: scene.ada) == nil)
    }

    @Test(arguments: Backend.all) func aRepeatedRequestGetsTheFinishedTurnFromAnyProcess(_ backend: Backend) async throws {
        let scene = try await scene(backend)
        await #expect(throws: PlatformError.self, "still generating") { try await scene.other.turns.replay(scene.turn, for: scene.ada) }
        scene.mayEnd.open()
        let local = try await TurnSupport.outcome(scene.follower)
        for platform in [scene.owner, scene.other] {
            let (events, outcome) = try await TurnSupport.follow(platform.turns.replay(scene.turn, for: scene.ada))
            #expect(TurnSupport.text(events) == Self.whole)
            #expect(outcome.message == local.message)
            #expect(outcome.usage == local.usage)
        }
    }

    @Test(arguments: Backend.all) func aReplayDoesNotNeedTheFlushedEvents(_ backend: Backend) async throws {
        let scene = try await scene(backend)
        try await scene.installation.flushed(3)
        scene.mayEnd.open()
        _ = try await TurnSupport.outcome(scene.follower)
        scene.installation.clock.advance(by: .seconds(24 * 60 * 60))
        try await scene.owner.turns.forget(eventsOlderThan: .seconds(600), throwAwayChatsOlderThan: .seconds(3600))
        #expect(try await scene.installation.query("SELECT turn_id FROM turn_event").isEmpty)
        let (events, _) = try await TurnSupport.follow(scene.owner.turns.replay(scene.turn, for: scene.ada))
        #expect(TurnSupport.text(events) == Self.whole)
    }

    @Test(arguments: Backend.all) func aColleagueCannotSeeFollowContinueOrCancelTheChat(_ backend: Backend) async throws {
        let scene = try await scene(backend)
        for stranger in [
            try await scene.installation.caller(member: "bob"), try await scene.installation.caller(organization: "two"),
        ] {
            await #expect(throws: PlatformError.self) { try await scene.owner.chats.get(scene.chat, for: stranger) }
            await #expect(throws: PlatformError.self) { try await scene.owner.turns.resume(scene.chat, after: nil, for: stranger) }
            await #expect(throws: PlatformError.self) {
                try await scene.owner.turns.resume(scene.chat, after: (scene.turn, 0), for: stranger)
            }
            await #expect(throws: PlatformError.self) { try await scene.owner.turns.cancel(scene.chat, for: stranger) }
            await #expect(throws: PlatformError.self) {
                try await scene.owner.turns.start(TurnSupport.request("And?", chat: scene.chat), for: stranger, receipt: nil)
            }
            await #expect(throws: PlatformError.self) { try await scene.owner.chats.delete(scene.chat, for: stranger) }
            await #expect(throws: PlatformError.self) {
                try await scene.owner.chats.update(
                    scene.chat, ChatChanges(title: .value("x"), systemPrompt: .absent, metadata: .absent), for: stranger, receipt: nil)
            }
            await #expect(throws: PlatformError.self) {
                try await scene.owner.files.page(
                    PageRequest(), filter: FileFilter(resource: .chat(AttachedChatID(scene.chat.text))), for: stranger)
            }
            #expect(try await scene.owner.chats.page(PageRequest(), for: stranger).elements.isEmpty)
        }
        scene.mayEnd.open()
        #expect(try await TurnSupport.outcome(scene.follower).message.status == .complete)
    }
}
