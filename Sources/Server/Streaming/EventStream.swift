import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Platform

/// A turn as server-sent events in the default format (contract A §3.6): one JSON shape for each chunk, then `[DONE]`.
struct EventStream: Sendable {
    /// How long a silent stream waits before it sends a comment, so that proxies keep it open and a gone client is noticed.
    static let heartbeat = Duration.seconds(15)

    static let headers: HTTPFields = [
        .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-cache, no-transform", .accelBuffering: "no",
    ]

    private let chat: String
    private let requestID: String
    private let logger: Logger

    init(chat: ChatID, requestID: String, logger: Logger) {
        self.chat = chat.text
        self.requestID = requestID
        self.logger = logger
    }

    /// The whole answer.
    ///
    /// - Parameter first: what was already read of the follower.
    func reply(_ first: TurnFollower.Progress, _ follower: TurnFollower) -> Reply {
        .stream(
            .ok, Self.headers,
            ResponseBody { writer in
                var follower = follower
                var next: TurnFollower.Progress? = first
                do {
                    while let progress = next {
                        try await writer.write(ByteBuffer(bytes: bytes(progress, follower.turn)))
                        next = try await follower.next(patience: Self.heartbeat)
                    }
                } catch let error as PlatformError {
                    // Anything else is the connection's end: nobody is left to be told.
                    try await writer.write(ByteBuffer(bytes: failure(error)))
                }
                try await writer.write(ByteBuffer(string: "data: [DONE]\n\n"))
                try await writer.finish(nil)
            })
    }

    private func bytes(_ progress: TurnFollower.Progress, _ turn: Turn) throws -> Data {
        switch progress {
        case .silence: return Data(": still working\n\n".utf8)
        case .events(let first, let events):
            return try events.enumerated().reduce(into: Data()) { data, entry in
                data += try event(chunk(of: entry.element), "\(turn.id).\(first + entry.offset)")
            }
        case .ended(let place, let outcome):
            var chunk = StreamChunk(id: chat)
            chunk.finished = true
            chunk.usage = UsageBody(outcome.usage)
            chunk.error = outcome.error.map { Problem($0, requestID: requestID) }
            chunk.status = outcome.message.status.rawValue
            chunk.messageId = outcome.message.id.text
            chunk.finishReason = outcome.message.finishReason
            return try event(chunk, "\(turn.id).\(place)")
        }
    }

    private func chunk(of event: TurnEvent) -> StreamChunk {
        var chunk = StreamChunk(id: chat)
        switch event {
        case .sources(let sources): chunk.sources = sources.map(SourceBody.init)
        case .reasoning(let piece): chunk.reasoning = piece
        case .text(let piece): chunk.delta = piece
        }
        return chunk
    }

    private func failure(_ error: PlatformError) throws -> Data {
        logger.error("a stream failed", metadata: ["error": "\(error)"])
        var chunk = StreamChunk(id: chat)
        chunk.finished = true
        chunk.error = Problem(error, requestID: requestID)
        return try event(chunk, nil)
    }

    private func event(_ chunk: StreamChunk, _ id: String?) throws -> Data {
        var data = Data()
        if let id { data += Data("id: \(id)\n".utf8) }
        return data + Data("data: ".utf8) + (try JSONText.bytes(chunk)) + Data("\n\n".utf8)
    }
}

/// One chunk of the default stream format.
struct StreamChunk: Encodable, Sendable {
    /// The chat's id, the same in each chunk.
    let id: String
    var delta = ""
    var reasoning = ""
    /// Null until there is a provider that calls tools.
    @Nullable var toolCalls: JSONValue?
    @Nullable var sources: [SourceBody]?
    var finished = false
    @Nullable var usage: UsageBody?
    /// Only on the last chunk: how the turn ended, its message, why a complete answer ended, and the problem if it failed.
    var status: String?
    var messageId: String?
    var finishReason: String?
    var error: Problem?

    init(id: String) { self.id = id }
}
