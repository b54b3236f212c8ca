import Foundation
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// Turns from beginning to end on both engines: each one ends once, in one write, whatever happens to it.
@Suite(.timeLimit(.minutes(5))) struct TurnConformance {
    private func start(
        _ platform: Platform, _ text: String = "Why?", model: ModelID? = nil, chat: ChatID? = nil, _ principal: Principal,
        receipt: Receipt? = nil
    ) async throws -> TurnFollower {
        try await platform.turns.start(TurnSupport.request(text, model: model, chat: chat), for: principal, receipt: receipt)
    }

    private func receipt(_ platform: Platform, _ principal: Principal) async throws -> Receipt? {
        let key = try IdempotencyKey(principal: principal, method: "POST", path: "/v1/chats", header: "k")
        guard case .claimed(let receipt) = try await platform.idempotency.claim(key, fingerprint: "f") else { return nil }
        return receipt
    }

    @Test(arguments: Backend.all) func aWholeAnswerIsComplete(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let provider = ScriptedProvider { request, continuation in
            continuation.yield(.reasoning("Let me "))
            continuation.yield(.reasoning("think."))
            for piece in ["Because ", "of ", request.question] { continuation.yield(.text(piece)) }
            continuation.yield(.usage(TokenUsage(input: 1_500, output: 400, reasoning: 101)))
            continuation.yield(.finish)
        }
        let platform = try installation.process(providers: ["scripted": provider])
        let ada = try await installation.caller()
        let model = try await platform.model(from: "scripted", for: ada)
        let (events, outcome) = try await TurnSupport.follow(start(platform, "Why?", model: model, ada))
        #expect(events == [.reasoning("Let me "), .reasoning("think."), .text("Because "), .text("of "), .text("Why?")])
        #expect(outcome.error == nil)
        #expect(
            (outcome.message.status, outcome.message.content, outcome.message.reasoning) == (.complete, "Because of Why?", "Let me think."))
        #expect((outcome.usage.total, outcome.usage.credits) == (2_001, 3))

        let (chat, messages) = try await platform.chats.get(outcome.message.chat, for: ada)
        #expect((chat.status, chat.title, chat.model) == (.active, "Why?", model))
        #expect(messages.map(\.role) == [.user, .assistant])
        #expect(messages.last == outcome.message, "what was said at the end is what is listed")
        #expect(try await installation.usage().map(\.credits) == [3])
    }

    @Test(arguments: Backend.all) func anEarlyRefusalFailsTheTurnAndFreesItsKey(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let refusing = ScriptedProvider(accept: { _ in throw ProviderFault(.overloaded, "Too busy.", retryAfterSeconds: 7) }) { _, _ in }
        let platform = try installation.process(providers: ["refusing": refusing, "good": ScriptedProvider(saying: ["Yes."])])
        let ada = try await installation.caller()
        let bad = try await platform.model(from: "refusing", for: ada)
        let good = try await platform.model(from: "good", for: ada)
        let claim = try #require(try await receipt(platform, ada))
        let outcome = try await TurnSupport.outcome(start(platform, model: bad, ada, receipt: claim))
        guard case .provider(let failure) = outcome.error else {
            Issue.record("no provider's failure but \(String(describing: outcome.error))")
            return
        }
        #expect((failure.kind, failure.retryAfterSeconds, outcome.message.status) == (.overloaded, 7, .failed))
        #expect(outcome.usage.credits == 0)
        #expect(try await platform.chats.get(outcome.message.chat, for: ada).chat.status == .error)

        let again = try #require(try await receipt(platform, ada), "the key may be used again")
        let second = try await TurnSupport.outcome(start(platform, model: good, ada, receipt: again))
        #expect(second.message.status == .complete)
        #expect(try await receipt(platform, ada) == nil, "and what succeeded is remembered")
    }

    @Test(arguments: Backend.all) func aStreamThatEndsWithoutItsLastEventIsFailed(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let cut = ScriptedProvider { _, continuation in continuation.yield(.text("Half of ")) }
        let broken = ScriptedProvider { _, continuation in
            continuation.yield(.text("Half of "))
            throw ProviderFault(.broken, "The connection was reset.")
        }
        let platform = try installation.process(providers: ["cut": cut, "broken": broken])
        let ada = try await installation.caller()
        for name in ["cut", "broken"] {
            let model = try await platform.model(from: name, for: ada)
            let (events, outcome) = try await TurnSupport.follow(start(platform, model: model, ada))
            #expect(TurnSupport.text(events) == "Half of ")
            #expect((outcome.message.status, outcome.message.content, outcome.usage.credits) == (.failed, "Half of ", 0))
            guard case .provider = outcome.error else {
                Issue.record("\(name): \(String(describing: outcome.error))")
                return
            }
        }
    }

    @Test(arguments: [FinishReason.stop, .other]) func anEmptyAnswerIsFailedAndCostsNothing(_ reason: FinishReason) async throws {
        let installation = try await TestInstallation(.sqlite)
        let silent = ScriptedProvider { _, continuation in
            continuation.yield(.reasoning("Hm."))
            continuation.yield(.usage(TokenUsage(input: 1_500, output: 0, reasoning: 3)))
            continuation.yield(.end(reason))
        }
        let platform = try installation.process(providers: ["silent": silent])
        let ada = try await installation.caller()
        let outcome = try await TurnSupport.outcome(start(platform, model: platform.model(from: "silent", for: ada), ada))
        guard case .provider(let failure) = outcome.error else {
            Issue.record("no provider's failure but \(String(describing: outcome.error))")
            return
        }
        #expect((failure.kind, outcome.message.status, outcome.usage.credits) == (.broken, .failed, 0))
        #expect(try await installation.usage().map(\.credits) == [0])
    }

    /// The limit and the filter say for themselves why nothing was said.
    @Test(arguments: [FinishReason.length, .contentFilter]) func anAnswerThatWasCutBeforeItsFirstWordIsComplete(
        _ reason: FinishReason
    ) async throws {
        let installation = try await TestInstallation(.sqlite)
        let platform = try installation.process(providers: ["cut": ScriptedProvider { _, continuation in continuation.yield(.end(reason)) }]
        )
        let ada = try await installation.caller()
        let outcome = try await TurnSupport.outcome(start(platform, model: platform.model(from: "cut", for: ada), ada))
        #expect((outcome.message.status, outcome.message.content, outcome.message.finishReason) == (.complete, "", reason.rawValue))
    }

    @Test(arguments: Backend.all) func aCancelledTurnKeepsWhatItSaid(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process(providers: ["slow": TurnSupport.hesitant(saying: ["One ", "two "], door: Door())])
        let ada = try await installation.caller()
        let model = try await platform.model(from: "slow", for: ada)
        let follower = try await start(platform, model: model, ada)
        var watching = follower
        _ = try await watching.next()
        try await platform.turns.cancel(follower.turn.chat, for: ada)
        let (chat, messages) = try await platform.chats.get(follower.turn.chat, for: ada)
        #expect(chat.status == .active)
        #expect(messages.last?.status == .cancelled, "its end is written when cancel returns")
        let (events, outcome) = try await TurnSupport.follow(follower)
        #expect((outcome.message.status, outcome.message.content) == (.cancelled, TurnSupport.text(events)))
        try await platform.turns.cancel(follower.turn.chat, for: ada)
        #expect(try await installation.usage().count == 1)
    }

    @Test(arguments: Backend.all) func aTurnIsCancelledThroughAnotherProcess(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let provider = TurnSupport.hesitant(saying: ["One "], door: Door())
        let platform = try installation.process(providers: ["slow": provider])
        let other = try installation.process(providers: ["slow": provider])
        let ada = try await installation.caller()
        let follower = try await start(platform, model: platform.model(from: "slow", for: ada), ada)
        try await other.turns.cancel(follower.turn.chat, for: ada)
        #expect(try await TurnSupport.outcome(follower).message.status == .cancelled)
    }

    @Test(arguments: Backend.all) func drainingInterruptsWhatDoesNotEndAndRefusesNewTurns(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let mayEnd = Door()
        let platform = try installation.process(providers: [
            "slow": TurnSupport.hesitant(saying: ["One "], door: Door()),
            "quick": TurnSupport.hesitant(saying: ["Almost "], door: mayEnd, then: "done"),
        ])
        let ada = try await installation.caller()
        let slow = try await start(platform, model: platform.model(from: "slow", for: ada), ada)
        var watching = slow
        _ = try await watching.next()
        mayEnd.open()
        let quickModel = try await platform.model(from: "quick", for: ada)
        let quick = try await TurnSupport.outcome(start(platform, model: quickModel, ada))
        #expect((quick.message.status, quick.message.content) == (.complete, "Almost done"))
        await platform.drain(grace: .zero)
        let outcome = try await TurnSupport.outcome(slow)
        #expect((outcome.message.status, outcome.message.content) == (.interrupted, "One "))
        #expect(try await platform.chats.get(slow.turn.chat, for: ada).messages.last == outcome.message, "written before drain returns")
        await #expect(throws: PlatformError.self) { try await start(platform, model: quickModel, ada) }
    }

    @Test(arguments: Backend.all) func drainingWaitsForWhatEndsInTime(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let mayEnd = Door()
        let platform = try installation.process(providers: ["slow": TurnSupport.hesitant(saying: ["One "], door: mayEnd)])
        let ada = try await installation.caller()
        let follower = try await start(platform, model: platform.model(from: "slow", for: ada), ada)
        async let drained: Void = platform.drain(grace: .seconds(3600))
        mayEnd.open()
        await drained
        #expect(try await TurnSupport.outcome(follower).message.content == "One end")
    }

    /// The owner hangs or is gone: another process closes the turn with what was flushed, and the owner's own end is fenced.
    @Test(arguments: Backend.all) func anExpiredTurnIsClosedWithWhatWasFlushedAndItsOwnerIsFenced(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let mayEnd = Door()
        let provider = TurnSupport.hesitant(saying: ["One ", "two "], door: mayEnd)
        let owner = try installation.process(providers: ["slow": provider])
        let other = try installation.process(providers: ["slow": provider])
        let ada = try await installation.caller()
        let follower = try await start(owner, model: owner.model(from: "slow", for: ada), ada)
        try await installation.flushed(2)
        try await installation.closeRunningTurns(from: other)
        let closed = try await other.chats.get(follower.turn.chat, for: ada)
        #expect(closed.messages.map(\.status) == [.complete, .interrupted])
        #expect(closed.messages.last?.content == "One two ")

        mayEnd.open()
        let outcome = try await TurnSupport.outcome(follower)
        #expect(outcome.message == closed.messages.last, "the owner's follower is told what is stored")
        #expect(try await other.chats.get(follower.turn.chat, for: ada).messages == closed.messages)
        #expect(try await installation.usage().map(\.subject) == [follower.turn.id.text], "counted once")
        try await other.turns.recover(all: false)
        #expect(try await installation.usage().count == 1)
        let next = try await TurnSupport.outcome(start(other, chat: follower.turn.chat, ada))
        #expect(next.message.status == .complete, "the chat goes on")
    }

    @Test func recoveryOnSQLiteClosesWhatADeadProcessLeftAtOnce() async throws {
        let installation = try await TestInstallation(.sqlite)
        let provider = TurnSupport.hesitant(saying: ["One "], door: Door())
        let dead = try installation.process(providers: ["slow": provider])
        let ada = try await installation.caller()
        let claim = try #require(try await receipt(dead, ada))
        let follower = try await start(dead, model: dead.model(from: "slow", for: ada), ada, receipt: claim)
        let next = try installation.process(providers: ["slow": provider])
        try await next.recover()
        let (events, outcome) = try await TurnSupport.follow(next.turns.replay(follower.turn.id, for: ada))
        #expect(outcome.message.status == .interrupted)
        #expect(outcome.message.content == TurnSupport.text(events))
        #expect(try await receipt(next, ada) != nil, "nobody got that answer: the key may ask again")
        await dead.drain(grace: .zero)
    }

    @Test(arguments: Backend.all) func aChatHasOneGeneratingTurn(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let mayEnd = Door()
        let platform = try installation.process(providers: ["slow": TurnSupport.hesitant(saying: ["One "], door: mayEnd)])
        let ada = try await installation.caller()
        let first = try await start(platform, model: platform.model(from: "slow", for: ada), ada)
        mayEnd.open()
        _ = try await TurnSupport.outcome(first)
        let mayEndToo = Door()
        let other = try installation.process(providers: ["slow": TurnSupport.hesitant(saying: ["Two "], door: mayEndToo)])
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    do {
                        _ = try await start(other, chat: first.turn.chat, ada)
                        return "started"
                    } catch PlatformError.conflict(_, retryAfterSeconds: 1) {
                        return "conflict"
                    }
                }
            }
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == ["started": 1, "conflict": 7])
        mayEndToo.open()
        await other.drain(grace: .seconds(60))
        #expect(try await platform.chats.get(first.turn.chat, for: ada).messages.map(\.role) == [.user, .assistant, .user, .assistant])
    }

    @Test(arguments: Backend.all) func positionsAreUniqueAndTurnsDoNotMix(_ backend: Backend) async throws {
        let installation = try await TestInstallation(backend)
        let platform = try installation.process(providers: [
            "quick": ScriptedProvider { request, continuation in
                continuation.yield(.text("re: \(request.question)"))
                continuation.yield(.finish)
            }
        ])
        let ada = try await installation.caller()
        let first = try await TurnSupport.outcome(start(platform, "0", model: platform.model(from: "quick", for: ada), ada))
        let chat = first.message.chat
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...6 {
                group.addTask {
                    let follower: TurnFollower = try await eventually("a turn of its own") {
                        do { return try await start(platform, "\(number)", chat: chat, ada) } catch PlatformError.conflict { return nil }
                    }
                    #expect(try await TurnSupport.outcome(follower).message.status == .complete)
                }
            }
            try await group.waitForAll()
        }
        let messages = try await platform.chats.get(chat, for: ada).messages
        #expect(messages.count == 14)
        for pair in stride(from: 0, to: messages.count, by: 2) {
            #expect(messages[pair].role == .user)
            #expect(messages[pair + 1].content == "re: \(messages[pair].content ?? "")")
        }
        let positions = try await installation.query("SELECT position FROM message ORDER BY position").map { try $0.int("position") }
        #expect(positions == Array(1...14))
        #expect(try await installation.usage().count == 7, "each turn counted once")
    }
}
