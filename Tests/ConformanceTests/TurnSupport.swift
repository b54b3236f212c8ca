import Foundation
import Providers
import Storage
import TestSupport
import Testing

@testable import Platform

/// What the suites about turns share.
enum TurnSupport {
    static func request(_ text: String, model: ModelID? = nil, chat: ChatID? = nil) -> TurnRequest {
        var request = TurnRequest(messages: [
            IncomingMessage(role: .user, content: text, toolCallID: nil, toolCalls: nil, metadata: nil)
        ])
        request.model = model
        request.chat = chat
        return request
    }

    /// A provider that says these pieces and then stays silent until the door is open or it is cancelled.
    static func hesitant(saying pieces: [String], door: Door, then last: String = "end") -> ScriptedProvider {
        ScriptedProvider { _, continuation in
            for piece in pieces { continuation.yield(.text(piece)) }
            await door.wait()
            try Task.checkCancellation()
            continuation.yield(.text(last))
            continuation.yield(.finish)
        }
    }

    /// Everything that a follower is told, one event after the other, and the outcome.
    static func follow(_ follower: TurnFollower) async throws -> (events: [TurnEvent], outcome: TurnOutcome) {
        var follower = follower
        var events: [TurnEvent] = []
        while let progress = try await follower.next() {
            switch progress {
            case .events(_, let found): events += found
            case .silence: break
            case .ended(_, let outcome): return (events, outcome)
            }
        }
        throw WaitedInVain(description: "the follower ended without an outcome")
    }

    static func outcome(_ follower: TurnFollower) async throws -> TurnOutcome { try await follow(follower).outcome }

    static func text(_ events: [TurnEvent]) -> String { Transcript(events).text }
}

extension TestInstallation {
    /// Waits until so many events of running turns are in the database.
    func flushed(_ count: Int) async throws {
        try await until("\(count) events flushed") { try await query("SELECT turn_id FROM turn_event").count >= count }
    }

    /// Closes every running turn as a process does that finds its lease expired.
    func closeRunningTurns(from platform: Platform) async throws {
        // A live owner may renew in between, so once is not always enough.
        try await until("no turn is generating") {
            try await execute("UPDATE turn SET lease_until = 0 WHERE state = 'generating'")
            try await platform.turns.recover(all: false)
            return try await query("SELECT id FROM turn WHERE state = 'generating'").isEmpty
        }
    }

    func usage() async throws -> [(subject: String, output: Int, credits: Int)] {
        try await query("SELECT subject_id, output_tokens, credits FROM usage_event ORDER BY subject_id").map {
            (try $0.text("subject_id"), try $0.int("output_tokens"), try $0.int("credits"))
        }
    }
}
