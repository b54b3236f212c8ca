import Foundation
import Logging
import Platform

/// Log lines as JSON on standard error: one object a line, with what the line is about as fields of its own.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String

    init(label: String, level: Logger.Level) {
        self.label = label
        logLevel = level
    }

    static func bootstrap(level: Logger.Level) {
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields: [String: JSONValue] = [:]
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { $1 }) where key != "hb.request.id" {
            fields[key] = .string("\(value)")
        }
        fields["time"] = .string(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        fields["level"] = .string(event.level.rawValue)
        fields["logger"] = .string(label)
        fields["message"] = .string("\(event.message)")
        guard var line = try? JSONText.bytes(JSONValue.object(fields)) else { return }
        line.append(UInt8(ascii: "\n"))
        // One write for each line, so that lines of several threads do not mix.
        // Nobody may be left to read them: then they are lost, and the server goes on.
        try? FileHandle.standardError.write(contentsOf: line)
    }
}
