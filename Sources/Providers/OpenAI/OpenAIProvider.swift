import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Any server that speaks OpenAI's chat completions (`POST {baseURL}/chat/completions`, streamed).
package struct OpenAIProvider: ModelProvider {
    private let configuration: OpenAIConfiguration
    private let client: HTTPClient
    private let slots: RequestSlots
    private let url: String
    private let sleep: @Sendable (Duration) async throws -> Void
    private let jitter: @Sendable () -> Double

    /// `shutdown` must be called before the last reference goes.
    ///
    /// - Parameters:
    ///   - sleep: waits before a retry.
    ///   - jitter: 0 to 1; how much of a retry's spread is used.
    package init(
        _ configuration: OpenAIConfiguration,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.configuration = configuration
        self.sleep = sleep
        self.jitter = jitter
        let base = configuration.baseURL.absoluteString
        url = (base.hasSuffix("/") ? String(base.dropLast()) : base) + "/chat/completions"
        slots = RequestSlots(count: configuration.concurrency, mostWaiting: configuration.mostWaiting)
        var http = HTTPClient.Configuration(
            // The key goes to the configured address and nowhere else.
            redirectConfiguration: .disallow, timeout: .init(connect: TimeAmount(configuration.connectTimeout)), decompression: .disabled)
        // Retries are ours, so that they are counted; and no request waits for a connection, as the slots limit them.
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.concurrency
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: http)
    }

    /// Closes every connection.
    package func shutdown() async throws { try await client.shutdown() }

    /// Waits for its turn, asks, and asks again where that may help; returns once the first event is a good one.
    package func stream(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        let refusals = OpenAIRefusal(provider: configuration.name, model: request.upstream, secret: configuration.apiKey?.value)
        let body = try OpenAIRequest(request, maxTokensField: configuration.maxTokensField).encoded()
        let call = Submission(body: body, passages: request.passages.count, refusals: refusals)
        try await slots.enter()
        do {
            var retry = 0
            while true {
                do {
                    return try await attempt(call)
                } catch let verdict as OpenAIRefusal.Verdict {
                    try Task.checkCancellation()
                    guard verdict.isRetryable,
                        let wait = configuration.retry.wait(before: retry, asked: verdict.wait, jitter: jitter())
                    else { throw verdict.fault }
                    retry += 1
                    try await sleep(wait)
                }
            }
        } catch {
            slots.leave()
            throw error
        }
    }

    /// What is the same for every try of one request.
    private struct Submission: Sendable {
        let body: Data
        let passages: Int
        let refusals: OpenAIRefusal
    }

    /// One try. The slot is the answer's once there is one, and the caller's while there is none.
    ///
    /// - Throws: `OpenAIRefusal.Verdict`, `CancellationError`.
    private func attempt(_ call: Submission) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
        let (events, continuation) = AsyncThrowingStream<GenerationEvent, any Error>.makeStream()
        let opening = Opening()
        let reading = Task {
            await read(call, opening, into: continuation)
            if opening.isTaken { slots.leave() }
        }
        continuation.onTermination = { if case .cancelled = $0 { reading.cancel() } }
        try await withTaskCancellationHandler {
            try await opening.wait()
        } onCancel: {
            reading.cancel()
        }
        return events
    }

    /// Reads an answer to its end, and tells whoever waits for it how it went.
    private func read(
        _ call: Submission, _ opening: Opening, into continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) async {
        let watch = IdleWatch(limit: configuration.firstEventTimeout)
        do {
            try await watch.guarding { try await exchange(call, opening, watch, continuation) }
        } catch {
            let verdict = verdict(on: error, call, isBeforeAnswer: !opening.isTaken)
            opening.tell(.failure(verdict))
            continuation.finish(throwing: (verdict as? OpenAIRefusal.Verdict)?.fault ?? verdict)
        }
    }

    private func exchange(
        _ call: Submission, _ opening: Opening, _ watch: IdleWatch,
        _ continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) async throws {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.headers.add(name: "accept", value: "text/event-stream, application/json")
        request.headers.add(name: "user-agent", value: "quarry")
        if let key = configuration.apiKey { request.headers.add(name: "authorization", value: "Bearer \(key.value)") }
        request.body = .bytes(ByteBuffer(bytes: call.body))
        let response = try await client.execute(request, deadline: .distantFuture)
        guard response.status == .ok else {
            let body = try await Self.prefix(of: response.body, bytes: OpenAILimits.refusal)
            let advice = RetryAdvice { response.headers.first(name: $0) }
            throw call.refusals.verdict(status: Int(response.status.code), body: body, advice: advice)
        }
        var decoder = OpenAIDecoder(passages: call.passages, refusals: call.refusals)
        let kind = response.headers.first(name: "content-type")?.prefix { $0 != ";" }.lowercased().trimmingCharacters(in: .whitespaces)
        switch kind {
        case "text/event-stream": break
        case "application/json":
            let body = try await Self.prefix(of: response.body, bytes: OpenAILimits.answer + 1)
            if body.count > OpenAILimits.answer { throw call.refusals.tooLong }
            let events = try decoder.decode(whole: body)
            opening.tell(.success(()))
            for event in OpenAIDecoder.beginning(passages: call.passages) + events { continuation.yield(event) }
            return continuation.finish()
        default:
            let body = try await Self.prefix(of: response.body, bytes: OpenAILimits.refusal)
            let fault = call.refusals.nonsense("something other than a stream of events", body, type: kind)
            throw OpenAIRefusal.Verdict(fault: fault, isRetryable: false, wait: nil)
        }
        try await follow(response.body, decoder, call, opening, watch, continuation)
    }

    /// Reads a stream of events.
    private func follow(
        _ body: HTTPClientResponse.Body, _ decoder: OpenAIDecoder, _ call: Submission, _ opening: Opening, _ watch: IdleWatch,
        _ continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) async throws {
        var decoder = decoder
        var reader = ServerSentEventReader(limit: OpenAILimits.event)
        func give(_ events: [GenerationEvent]) {
            if !opening.isTaken {
                for event in OpenAIDecoder.beginning(passages: call.passages) { continuation.yield(event) }
                opening.tell(.success(()))
            }
            for event in events { continuation.yield(event) }
        }
        func take(_ events: [ServerSentEvent]) throws {
            for event in events where !decoder.isDone {
                let said = try decoder.decode(event)
                give(try decoder.isDone ? said + decoder.end() : said)
            }
        }
        do {
            for try await bytes in body {
                if decoder.isDone { continue }
                try take(reader.read(bytes.readableBytesView))
                if decoder.isDone { continuation.finish() }
                // After `[DONE]` the rest is read too, so that the connection can be used again.
                let limit = opening.isTaken ? configuration.idleTimeout : configuration.firstEventTimeout
                watch.heard(next: decoder.isWhole ? OpenAILimits.ending : limit)
            }
            if !decoder.isDone, let event = try reader.end() { try take([event]) }
            if !decoder.isEnded { give(try decoder.end()) }
        } catch {
            // When all was said, only the end of the connection was rough.
            guard decoder.isWhole else {
                for event in decoder.rest() { continuation.yield(event) }
                throw error
            }
            if !decoder.isEnded { give(try decoder.end()) }
        }
        continuation.finish()
    }

    /// Whatever went wrong, as the caller and the retries know it.
    private func verdict(on error: any Error, _ call: Submission, isBeforeAnswer: Bool) -> any Error {
        switch error {
        case let verdict as OpenAIRefusal.Verdict: return verdict
        case let fault as ProviderFault: return call.refusals.verdict(firstEvent: fault)
        case let silence as IdleWatch.Silence:
            let fault = call.refusals.timedOut(after: silence.limit, isBeforeAnswer: isBeforeAnswer)
            return OpenAIRefusal.Verdict(fault: fault, isRetryable: false, wait: nil)
        case is ServerSentEventReader.TooLong:
            return OpenAIRefusal.Verdict(fault: call.refusals.tooLong, isRetryable: false, wait: nil)
        case is CancellationError: return error
        case let error as HTTPClientError where error == .cancelled: return CancellationError()
        default:
            let fault = isBeforeAnswer ? call.refusals.unreachable(error) : call.refusals.cut(error)
            return OpenAIRefusal.Verdict(fault: fault, isRetryable: true, wait: nil)
        }
    }

    private static func prefix(of body: HTTPClientResponse.Body, bytes most: Int) async throws -> Data {
        var data = Data()
        for try await bytes in body {
            data.append(contentsOf: bytes.readableBytesView.prefix(most - data.count))
            if data.count >= most { break }
        }
        return data
    }
}
