import Foundation
import Platform

/// A server of this very program on a free port, in a temporary folder that goes with it.
final class ThrowAwayServer {
    let address: String
    let key: String
    private let process: Process
    private let folder: URL
    private let interruption: Interruption

    private init(address: String, key: String, process: Process, folder: URL, interruption: Interruption) {
        self.address = address
        self.key = key
        self.process = process
        self.folder = folder
        self.interruption = interruption
    }

    /// Starts the server and waits until it listens.
    ///
    /// - Throws: `APIFailure` when it ends before that.
    static func start() async throws -> ThrowAwayServer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "quarry-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let key = AccessService.newSecret()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        process.arguments = ["serve", "--host", "127.0.0.1", "--port", "0", "--data", folder.path]
        var environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("QUARRY_") || $0.key == "QUARRY_ENCODER_DIR"
        }
        environment["QUARRY_OWNER_KEY"] = key
        environment["QUARRY_LOG_LEVEL"] = "error"
        environment["QUARRY_RATE_LIMIT_USER"] = "0"
        environment["QUARRY_RATE_LIMIT_ORG"] = "0"
        process.environment = environment
        // The server that is started below ignores the signal too, while it starts: it ends when it is told to.
        let interruption = Interruption {
            process.terminate()
            process.waitUntilExit()
            try? FileManager.default.removeItem(at: folder)
        }
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let descriptor = output.fileHandleForReading.fileDescriptor
        let address = try await BlockingWork.run {
            var text = ""
            while let piece = try readSome(descriptor) {
                text += piece
                if let match = text.firstMatch(of: /listens on (http:\S+)\n/) { return String(match.output.1) }
            }
            throw APIFailure(status: 0, description: "The server ended before it listened.")
        }
        return ThrowAwayServer(address: address, key: key, process: process, folder: folder, interruption: interruption)
    }

    /// What the pipe holds, as soon as it holds something; nil at its end. `FileHandle` would wait for a full buffer, or end the process
    /// when a signal interrupts it.
    private static func readSome(_ descriptor: Int32) throws -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            if count >= 0 { return count == 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self) }
            if errno != EINTR { throw APIFailure(status: 0, description: "The server's output cannot be read (error \(errno)).") }
        }
    }

    /// Ends the server, waits for it, and removes what it kept.
    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }
}
