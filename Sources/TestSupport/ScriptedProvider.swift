package import Providers

/// An upstream that does what a test's script says, event by event.
package struct ScriptedProvider: ModelProvider {
    package typealias Continuation = AsyncThrowingStream<GenerationEvent, any Error>.Continuation

    private let accept: @Sendable (GenerationRequest) async throws -> Void
    private let script: @Sendable (GenerationRequest, Continuation) async throws -> Void

    /// - Parameters:
    ///   - accept: runs before the stream begins; throwing is the upstream's early refusal.
    ///   - script: yields events; returning ends the stream, throwing fails it. Cancelled with the stream's reader.
    package init(
        accept: @escaping @Sendable (GenerationRequest) async throws -> Void = { _ in },
        script: @escaping @Sendable (GenerationRequest, Continuation) async throws -> Void
    ) {
        self.accept = accept
        self.script = script
    }

    /// Answers with these pieces of text and finishes.
    package init(saying pieces: [String]) {
        self.init { _, continuation in
            for piece in pieces { continuation.yield(.text(piece)) }
            continuation.yield(.finish)
        }
    }

    package func stream(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        try await accept(request)
        let script = script
        return AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await script(request, continuation)
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
