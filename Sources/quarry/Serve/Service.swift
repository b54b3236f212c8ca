import Foundation
import Hummingbird
import Logging
import Platform
import Providers
import Retrieval
import Server
import ServiceLifecycle
import Storage
import UnixSignals

/// Why the server does not start, in a sentence.
struct ServiceRefusal: Error {
    let reason: String
}

/// Wires a whole server from its configuration, runs it until a signal, and lets it end in good order.
enum Service {
    /// How long running turns and jobs may go on after SIGTERM; with the rest it stays under 30 s (design §10).
    static let drainGrace = Duration.seconds(20)

    static func run(_ configuration: ServerConfiguration) async throws {
        JSONLogHandler.bootstrap(level: configuration.logLevel)
        let logger = Logger(label: "quarry")
        let home = try DataDirectory(configuration.data)
        // One process for each data directory: that is what lets it take up everything that a dead one left.
        let lock = try home.lock()
        defer { lock.close() }
        let upstreams = configuration.providers.map { (name: $0.name, provider: OpenAIProvider($0)) }
        do {
            try await serve(configuration, home, Dictionary(upstreams.map { ($0.name, $0.provider) }) { first, _ in first }, logger)
        } catch {
            for upstream in upstreams { try? await upstream.provider.shutdown() }
            throw error
        }
        for upstream in upstreams { try? await upstream.provider.shutdown() }
        logger.info("stopped")
    }

    private static func serve(
        _ configuration: ServerConfiguration, _ home: DataDirectory, _ upstreams: [String: OpenAIProvider], _ logger: Logger
    ) async throws {
        let encoder = try loadEncoder(configuration)
        let database = try await home.openDatabase(configuration)
        let platform = try Platform(
            configuration: configuration.platform, database: database, blobs: BlobStore(root: home.root), workspace: home.workspace,
            indexFolder: home.indexFolder, encoder: encoder, executable: Self.executable, providers: upstreams,
            keys: home.installationKeys(configuration), clock: SystemClock(), logger: logger)
        try await platform.access.ensureOwner(secret: home.ownerKey(configuration))
        try await platform.recover()
        let server = try Server(platform: platform, logger: logger)
        let application = server.application(host: configuration.host, port: configuration.port) { port in
            logger.info("listening", metadata: ["host": "\(configuration.host)", "port": "\(port)"])
            Terminal.say("Quarry listens on http://\(configuration.host):\(port)")
        }
        let work = Background(platform: platform, server: server)
        // At debug level the library prints every service with all that it holds.
        var lifecycleLogger = logger
        lifecycleLogger.logLevel = max(.notice, configuration.logLevel)
        var lifecycle = ServiceGroupConfiguration(
            services: [.init(service: application), .init(service: work)], gracefulShutdownSignals: [.sigterm, .sigint],
            logger: lifecycleLogger)
        // A client that never finishes its request must not keep the process alive.
        lifecycle.maximumGracefulShutdownDuration = Self.drainGrace + .seconds(4)
        do {
            try await ServiceGroup(configuration: lifecycle).run()
        } catch is CancellationError {
            logger.notice("connections that would not end were cut")
        } catch let error as ServiceGroupError {
            logger.notice("connections that would not end were cut", metadata: ["reason": "\(error)"])
        } catch {
            throw ServiceRefusal(reason: "The server on \(configuration.host):\(configuration.port) failed: \(error)")
        }
        await database.close()
    }

    /// What to do about missing weights, for whoever starts the server.
    private static let weightsAdvice = """
        Fetch the weights with scripts/fetch-encoder.sh (`make` does that too), or name their folder in QUARRY_ENCODER_DIR, \
        or run without search by meaning: `encoder: none` in the file that --config names.
        """

    /// - Throws: `ServiceRefusal` when the weights are missing or are not the ones that this encoder is made for.
    private static func loadEncoder(_ configuration: ServerConfiguration) throws -> SentenceEncoder? {
        guard let directory = configuration.encoderDirectory else { return nil }
        do {
            return try SentenceEncoder(directory: directory)
        } catch {
            throw ServiceRefusal(reason: "The sentence encoder cannot be loaded: \(error)\n\(weightsAdvice)")
        }
    }

    /// This very program, to be run again as `extract`.
    private static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}

/// Jobs and maintenance. It is stopped first, while the server still answers followers of running turns.
private struct Background: ServiceLifecycle.Service {
    let platform: Platform
    let server: Server

    func run() async throws {
        let jobs = Task { await platform.jobs.run() }
        let maintenance = Task { await platform.runMaintenance() }
        try? await gracefulShutdown()
        server.readiness.beginDraining()
        maintenance.cancel()
        await platform.drain(grace: Service.drainGrace)
        await jobs.value
    }
}
