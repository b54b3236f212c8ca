import Foundation
import Platform
import Providers
import TestSupport
import Testing

@testable import quarry

/// Upstreams as `quarry.yaml` names them.
@Suite(.timeLimit(.minutes(5))) struct ProviderConfigurationTests {
    private func load(_ yaml: String, _ environment: [String: String] = [:]) throws -> ServerConfiguration {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "quarry.yaml")
        try Data(yaml.utf8).write(to: file)
        var loader = ConfigurationLoader(environment: environment)
        return try loader.load(.init(config: file.path))
    }

    private func problems(_ yaml: String) throws -> [String] {
        do {
            _ = try load(yaml)
            return []
        } catch let problems as ConfigurationProblems {
            return problems.problems
        }
    }

    @Test func theDesignsExampleIsUnderstood() throws {
        let yaml = """
            providers: [{name: acme, kind: openai, baseURL: http://127.0.0.1:9100/v1, apiKey: "${ACME_KEY}"}]
            models:
              - {name: large-modelo, provider: acme, upstream: gpt-x, displayName: Large Model, description: Big, contextWindow: 128000, maxTokensPerRequest: 4096,
                 supportsTools: true, supportsVision: false, supportsReasoning: false, creditMultiplier: 2, tier: standard, recommended: true, enabled: true,
                 endOfLifeAt: null, deprecationMessage: null, replacement: null, fallbacks: []}
            """
        let taken = try load(yaml, ["ACME_KEY": "sk-secret"])
        let provider = try #require(taken.providers.first)
        #expect(provider.name == "acme" && provider.baseURL.absoluteString == "http://127.0.0.1:9100/v1" && provider.apiKey != nil)
        #expect(taken.platform.catalogue.find(name: "large-modelo")?.provider == "acme")
        var dumped = ""
        dump(taken.providers, to: &dumped)
        #expect(!"\(taken)\(taken.providers)\(dumped)".contains("sk-secret"), "a key is shown")
    }

    @Test func everySettingOfAProviderIsTaken() throws {
        let provider = try #require(
            try load(
                """
                providers: [{name: local, kind: openai, baseURL: "https://models.example:8443/api/v1/", maxTokensField: max_completion_tokens,
                  concurrency: 3, maxWaiting: 7, connectTimeoutSeconds: 0.5, firstEventTimeoutSeconds: 300, idleTimeoutSeconds: 20}]
                models: [{name: a, provider: local, upstream: x, fallbacks: [b, quoting]}, {name: b, provider: local, upstream: y}]
                """
            ).providers.first)
        #expect((provider.apiKey == nil, provider.maxTokensField, provider.concurrency) == (true, .maxCompletionTokens, 3))
        #expect((provider.mostWaiting, provider.connectTimeout) == (7, .milliseconds(500)))
        #expect((provider.firstEventTimeout, provider.idleTimeout) == (.seconds(300), .seconds(20)))
    }

    @Test func allProblemsAreToldAtOnce() throws {
        let found = try problems(
            """
            providers:
              - {name: one, kind: openai, baseURL: "ftp://example.org"}
              - {name: one, kind: openai, baseURL: "http://user:password@example.org/v1", concurrency: 0}
              - {name: builtin, kind: openai, baseURL: "http://example.org/v1?x=1", idleTimeoutSeconds: 0}
              - {name: claude, kind: anthropic, baseURL: "https://example.org", maxWaiting: -1, maxTokensField: tokens}
              - {name: other, kind: telepathy, baseURL: "no url", apiKey: "sk secret\\n", connectTimeoutSeconds: .nan}
            models:
              - {name: a, provider: nobody, upstream: x, fallbacks: [a, unknown, quoting, quoting]}
            """)
        let starts = [
            "providers.one.baseURL:", "providers.one: the name is used twice", "providers.one.baseURL:", "providers.one.concurrency:",
            "providers.builtin: this name", "providers.builtin.baseURL:", "providers.builtin.idleTimeoutSeconds:",
            "providers.claude.kind: anthropic is not built yet", "providers.claude.maxWaiting:", "providers.claude.maxTokensField:",
            "providers.other.kind: must be openai", "providers.other.baseURL:", "providers.other.apiKey:",
            "providers.other.connectTimeoutSeconds:", "models.a.provider: must be one of builtin, one,",
            "models.a.fallbacks: there is no other model a",
            "models.a.fallbacks: there is no other model unknown", "models.a.fallbacks: a model is named twice",
        ]
        for start in starts {
            #expect(found.count { $0.hasPrefix(start) } == starts.count { $0 == start }, "\(start) in \(found)")
        }
        #expect(found.count == starts.count, "\(found)")
        #expect(!found.joined().contains("secret") && !found.joined().contains("password"))
        #expect(try problems("providers: [{name: a, kind: openai, baseURL: 'http://a/v1', url: b}]").count == 1, "an unknown key")
    }

    @Test func aServerAnswersThroughItsUpstreamAndLogsNoKey() async throws {
        let upstream = try ScriptedUpstream { request in
            request.question == "fail" ? .refusal(401, "Incorrect API key: sk-very-secret") : .text("From \(request.model).")
        }
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "quarry.yaml")
        let yaml = """
            encoder: none
            providers: [{name: acme, kind: openai, baseURL: "\(upstream.baseURL)", apiKey: "${ACME_KEY}"}]
            models: [{name: large, provider: acme, upstream: gpt-x}]
            """
        try Data(yaml.utf8).write(to: file)
        let environment = ["ACME_KEY": "sk-very-secret", "QUARRY_LOG_LEVEL": "trace"]
        let server = try await QuarryServer.start(data: folder, options: ["--config", file.path], environment: environment)
        let models = try await server.client.get("/v1/models/catalog")
        let model = models["data"]?.elements.first { $0["displayName"]?.text == "large" }?["id"]?.text
        let ask = { (text: String) in
            try await server.client.post(
                "/v1/chats",
                .object([
                    "modelId": .string(model ?? ""), "messages": .array([.object(["role": .string("user"), "content": .string(text)])]),
                ]))
        }
        let answer = try await ask("Who?")
        #expect(try answer.json["message"]?["content"]?.text == "From gpt-x.")
        #expect(upstream.requests.first?.headers["authorization"] == "Bearer sk-very-secret")
        #expect(try await ask("fail").status == 502)
        server.process.terminate()
        #expect(await server.process.exit() == 0)
        #expect(server.process.standardError.contains("Incorrect API key: •••"), "the log has the cause")
        #expect(!server.process.standardError.contains("sk-very-secret"), "the log has the key")
    }
}
