import Foundation
import Platform
import TestSupport
import Testing

@testable import quarry

/// A server starts with the encoder's weights, or says how to get them, or is told to do without.
@Suite(.timeLimit(.minutes(5))) struct EncoderStartTests {
    private func refused(_ weights: URL, in folder: TemporaryFolder) async throws -> String {
        let data = folder.url.appending(path: "data").path
        let process = try QuarryProcess(
            ["serve", "--port", "0", "--data", data],
            environment: ["QUARRY_OWNER_KEY": QuarryServer.ownerKey, "QUARRY_ENCODER_DIR": weights.path], in: folder)
        defer { process.kill() }
        try await until("the server has ended or listens") { !process.isRunning || process.standardOutput.contains("listens") }
        try #require(process.standardOutput.isEmpty, "it started")
        #expect(await process.exit() == 1)
        return process.standardError
    }

    @Test func withoutWeightsTheServerRefusesToStartAndSaysHowToGetThem() async throws {
        let folder = TemporaryFolder()
        let missing = folder.url.appending(path: "nowhere")
        let said = try await refused(missing, in: folder)
        for word in ["encoder", missing.path, "scripts/fetch-encoder.sh", "QUARRY_ENCODER_DIR", "encoder: none"] {
            #expect(said.contains(word), "\(word) is not said in: \(said)")
        }
    }

    @Test func weightsThatAreCutOffAreRefused() async throws {
        let folder = TemporaryFolder()
        let weights = folder.url.appending(path: "weights")
        try FileManager.default.createDirectory(at: weights, withIntermediateDirectories: true)
        let good = try #require(
            ConfigurationLoader.weights(environment: ProcessInfo.processInfo.environment), "the weights are not where they belong")
        try FileManager.default.copyItem(at: good.appending(path: "vocab.txt"), to: weights.appending(path: "vocab.txt"))
        let file = try FileHandle(forReadingFrom: good.appending(path: "model.safetensors"))
        try file.read(upToCount: 1_000_000)?.write(to: weights.appending(path: "model.safetensors"))
        #expect(try await refused(weights, in: folder).contains("scripts/fetch-encoder.sh"))
    }

    @Test func aServerThatIsToldToDoesWithoutAnEncoder() async throws {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "quarry.yaml")
        try Data("encoder: none\n".utf8).write(to: file)
        let environment = ["QUARRY_ENCODER_DIR": folder.url.appending(path: "nowhere").path]
        try await QuarryServer.running(data: folder, options: ["--config", file.path], environment: environment) { server in
            let dataset = try await server.client.datasetAndModel().dataset
            #expect(try await server.client.upload("Bees swarm in May.", named: "bees.txt", dataset: dataset).status == 201)
            let found = try await eventually("the file is found") { () -> JSONValue? in
                let reply = try await server.client.post("/v1/datasets/\(dataset)/search", .object(["query": .string("bees")])).json
                return reply["data"]?.elements.first
            }
            #expect(found["vectorScore"] == .null)
        }
    }

    private func problems(_ yaml: String) throws -> [String] {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "quarry.yaml")
        try Data(yaml.utf8).write(to: file)
        var loader = ConfigurationLoader(environment: [:])
        do {
            _ = try loader.load(.init(config: file.path))
            return []
        } catch let problems as ConfigurationProblems {
            return problems.problems
        }
    }

    @Test func wrongSettingsOfTheSearchAreProblems() throws {
        let found = try problems("encoder: fancy\nretrieval: {minimumCosine: 1.01, minimumMatchedShare: -0.01}\n")
        for start in ["encoder: must be builtin or none", "retrieval.minimumCosine:", "retrieval.minimumMatchedShare:"] {
            #expect(found.count { $0.hasPrefix(start) } == 1, "\(start) in \(found)")
        }
        #expect(found.count == 3)
        #expect(try problems("retrieval: {minimumCosine: .nan}").count == 1)
        #expect(try problems("retrieval: {cosine: 0.5}").count == 1, "an unknown key")
        #expect(try problems("retrieval: {minimumCosine: high}").count == 1)
        #expect(try problems("encoder: builtin\nretrieval: {minimumCosine: 0, minimumMatchedShare: 1}") == [])
    }

    @Test func settingsOfTheSearchAreTaken() throws {
        let folder = TemporaryFolder()
        let file = folder.url.appending(path: "quarry.yaml")
        try Data("retrieval: {minimumCosine: 0.125, minimumMatchedShare: 0.75}\n".utf8).write(to: file)
        var loader = ConfigurationLoader(environment: ["XDG_CACHE_HOME": "/cache", "HOME": "/home/ada"])
        let taken = try loader.load(.init(config: file.path))
        #expect((taken.platform.minimumCosine, taken.platform.minimumMatchedShare) == (0.125, 0.75))
        #expect(taken.encoderDirectory?.path == "/cache/quarry/encoder")
        #expect(ConfigurationLoader.weights(environment: ["HOME": "/home/ada"])?.path == "/home/ada/.cache/quarry/encoder")
        #expect(ConfigurationLoader.weights(environment: ["HOME": "/h", "QUARRY_ENCODER_DIR": "/w"])?.path == "/w")
        #expect(ConfigurationLoader.weights(environment: ["HOME": "/h", "XDG_CACHE_HOME": ""])?.path == "/h/.cache/quarry/encoder")
    }
}

extension ConfigurationLoader {
    /// The folder of weights that a server without a configuration file takes.
    fileprivate static func weights(environment: [String: String]) -> URL? {
        var loader = ConfigurationLoader(environment: environment)
        return try? loader.load(.init()).encoderDirectory
    }
}
