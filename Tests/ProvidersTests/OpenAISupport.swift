import Foundation
import Providers
import TestSupport
import Testing

/// What an answer came to.
struct Heard: Equatable {
    var text = ""
    var reasoning = ""
    var citations: [[Int]] = []
    var usage: TokenUsage?
    var end: FinishReason?
    var fault: ProviderFault?
}

/// One provider over one scripted upstream.
struct OpenAIFixture {
    let upstream: ScriptedUpstream
    let provider: OpenAIProvider
    /// The waits before retries, which take no time here.
    let waits = Tally<Duration>()

    static let key = "sk-never-to-be-seen"

    /// Runs `test` with a provider over an upstream of its own.
    static func run(
        _ script: @escaping @Sendable (ScriptedUpstream.Request) -> ScriptedUpstream.Answer,
        configure: (inout OpenAIConfiguration) -> Void = { _ in }, _ test: @Sendable (OpenAIFixture) async throws -> Void
    ) async throws {
        let fixture = try OpenAIFixture(script, configure)
        do {
            try await test(fixture)
            fixture.upstream.stop()
            try await fixture.provider.shutdown()
        } catch {
            try? await fixture.provider.shutdown()
            throw error
        }
    }

    private init(
        _ script: @escaping @Sendable (ScriptedUpstream.Request) -> ScriptedUpstream.Answer,
        _ configure: (inout OpenAIConfiguration) -> Void
    ) throws {
        upstream = try ScriptedUpstream(script)
        let url = try #require(URL(string: upstream.baseURL))
        var configuration = OpenAIConfiguration(name: "acme", baseURL: url, apiKey: UpstreamKey(Self.key))
        configure(&configuration)
        let waits = waits
        provider = OpenAIProvider(configuration, sleep: { waits.add($0) }, jitter: { 1 })
    }

    static func request(
        _ text: String = "Why?", passages: [GenerationRequest.Passage] = [], model: String = "gpt-x", temperature: Double? = nil
    ) -> GenerationRequest {
        GenerationRequest(
            upstream: model, system: nil, messages: [.init(role: .user, content: text)], passages: passages, maxTokens: 50,
            temperature: temperature)
    }

    /// The whole answer. An early refusal is thrown, a late fault is part of what was heard.
    func ask(_ request: GenerationRequest = OpenAIFixture.request()) async throws -> Heard {
        var heard = Heard()
        let stream = try await provider.stream(request)
        do {
            for try await event in stream {
                switch event {
                case .text(let piece): heard.text += piece
                case .reasoning(let piece): heard.reasoning += piece
                case .citations(let cited): heard.citations.append(cited)
                case .usage(let usage): heard.usage = usage
                case .end(let reason): heard.end = reason
                }
            }
        } catch let fault as ProviderFault {
            heard.fault = fault
        }
        return heard
    }

    /// Why it was refused before the first byte.
    func refusal(_ request: GenerationRequest = OpenAIFixture.request()) async throws -> ProviderFault {
        do {
            let heard = try await ask(request)
            throw WaitedInVain(description: "no refusal came, but \(heard)")
        } catch let fault as ProviderFault {
            return fault
        }
    }
}
