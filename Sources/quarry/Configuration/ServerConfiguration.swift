import Foundation
import Logging
import Platform
import Providers

/// Everything that a server is told, after flags, environment and file were laid over the defaults and checked.
struct ServerConfiguration: Sendable {
    /// The shortest owner key, as design §8 fixes it.
    static let shortestOwnerKey = AccessService.shortestOwnerKey

    var host = "127.0.0.1"
    /// 0 for a free one.
    var port = 8080
    var data = URL(fileURLWithPath: "quarry-data")
    /// `postgres://…`; nil for SQLite in the data directory.
    var databaseURL: Secret?
    var ownerKey: Secret?
    /// 64 hexadecimal digits; nil to make one in the data directory.
    var secretKey: Secret?
    var logLevel = Logger.Level.info
    var publicURL: String?
    /// The folder with the sentence encoder's weights; nil to run without an encoder.
    var encoderDirectory: URL?
    /// The upstreams that system models are at, beside the built-in one.
    var providers: [OpenAIConfiguration] = []
    var platform = PlatformConfiguration()
}

/// A value that no log line and no message shows.
struct Secret: Sendable, CustomStringConvertible {
    let value: String

    var description: String { "•••" }
}

/// Every problem of a configuration, found before the server binds.
struct ConfigurationProblems: Error, CustomStringConvertible {
    let problems: [String]

    var description: String {
        (["The configuration has \(problems.count == 1 ? "a problem" : "\(problems.count) problems"):"] + problems.map { "  - " + $0 })
            .joined(separator: "\n")
    }
}
