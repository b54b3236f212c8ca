import Foundation
import Synchronization
import TestSupport

/// One run of the built program. Nothing here blocks the cooperative pool: output is read on a thread of its own, and the end is told by
/// Foundation's own thread.
final class QuarryProcess: Sendable {
    private let process: Process
    private let ended = Door()
    private let output = Mutex("")
    private let outputEnded = Door()
    private let errors: URL

    /// What is inherited: PATH, and what tells where the encoder's weights are.
    private static let inherited = ["PATH", "HOME", "XDG_CACHE_HOME", "QUARRY_ENCODER_DIR"]

    /// - Parameter environment: beside what is inherited, or in its place.
    init(_ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: TestExecutable.path)
        process.arguments = arguments
        process.currentDirectoryURL = folder.url
        let inherited = ProcessInfo.processInfo.environment.filter { Self.inherited.contains($0.key) }
        process.environment = environment.merging(inherited) { own, _ in own }
        process.standardInput = FileHandle.nullDevice
        errors = folder.url.appending(path: "errors-\(UUID().uuidString).log")
        try Data().write(to: errors)
        process.standardError = try FileHandle(forWritingTo: errors)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.terminationHandler = { [ended] _ in ended.open() }
        try process.run()
        let reading = pipe.fileHandleForReading
        Thread.detachNewThread { [self] in
            // `FileHandle` ends the process when a signal interrupts it.
            var bytes = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(reading.fileDescriptor, &bytes, bytes.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                let text = String(decoding: bytes[..<count], as: UTF8.self)
                output.withLock { $0 += text }
            }
            outputEnded.open()
        }
    }

    var isRunning: Bool { process.isRunning }
    var standardOutput: String { output.withLock { $0 } }
    var standardError: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

    /// Waits for the end; its exit code, or minus the signal that ended it.
    func exit() async -> Int32 {
        await ended.wait()
        await outputEnded.wait()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    func terminate() { signal(SIGTERM) }

    /// As Ctrl-C would.
    func interrupt() { signal(SIGINT) }

    /// As a power cut would end it.
    func kill() { signal(SIGKILL) }

    /// By pid, and only while it is ours to signal.
    private func signal(_ number: Int32) {
        if process.isRunning { Foundation.kill(process.processIdentifier, number) }
    }
}

/// A running server, and how to talk to it.
struct QuarryServer: Sendable {
    static let ownerKey = "an-owner-key-for-tests-0123456789abcdef"

    let process: QuarryProcess
    let address: String
    var client: TestClient { TestClient(address: address, key: Self.ownerKey) }

    /// Starts a server on a free port and waits until it listens.
    ///
    /// - Parameter options: of `quarry serve`, beside port and data directory.
    static func start(
        data: TemporaryFolder, faults: String? = nil, options: [String] = [], environment: [String: String] = [:]
    ) async throws -> QuarryServer {
        var variables = [
            "QUARRY_OWNER_KEY": ownerKey, "QUARRY_RATE_LIMIT_USER": "0", "QUARRY_RATE_LIMIT_ORG": "0", "QUARRY_LOG_LEVEL": "warning",
        ]
        if let faults { variables["QUARRY_FAULTS"] = faults }
        let process = try QuarryProcess(
            ["serve", "--port", "0", "--data", data.url.appending(path: "data").path] + options,
            environment: variables.merging(environment) { _, given in given }, in: data)
        do {
            let address: String = try await eventually("the server listens") {
                if let match = process.standardOutput.firstMatch(of: /listens on (http:\S+)\n/) { return String(match.output.1) }
                if !process.isRunning { throw WaitedInVain(description: "the server ended before it listened: \(process.standardError)") }
                return nil
            }
            return QuarryServer(process: process, address: address)
        } catch {
            process.kill()
            throw error
        }
    }

    /// Runs `body` beside a server, which is gone afterwards.
    static func running<Value: Sendable>(
        data: TemporaryFolder, faults: String? = nil, options: [String] = [], environment: [String: String] = [:],
        _ body: (QuarryServer) async throws -> Value
    ) async throws -> Value {
        let server = try await start(data: data, faults: faults, options: options, environment: environment)
        do {
            let value = try await body(server)
            server.process.terminate()
            _ = await server.process.exit()
            return value
        } catch {
            server.process.kill()
            _ = await server.process.exit()
            throw error
        }
    }
}
