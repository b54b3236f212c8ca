import Foundation

/// Faults made to happen on purpose, so that tests can kill the process exactly between two steps. Off unless configured.
///
/// Written as `name=action` pairs, separated by commas: `crash` kills the process as `kill -9` would, `fail` throws, and
/// `delay:MILLISECONDS` waits. `@P` after the action makes it happen with probability P.
package struct Faults: Sendable {
    /// The places where a fault can be made to happen.
    package enum Point: String, Sendable, CaseIterable {
        /// After an effect and its receipt committed, before the answer is sent.
        case afterEffect = "after-effect"
        /// Between the pieces of a generated answer.
        case duringTurn = "during-turn"
        /// After a content's text was extracted, before anything of it is published.
        case duringIngestion = "during-ingestion"
        /// After a batch of a run was worked on, before its checkpoint.
        case duringRun = "during-run"
        /// After an uploaded file's bytes are stored, before the database knows of them.
        case afterUpload = "after-upload"
    }

    private enum Action: Sendable { case crash, fail, delay(Duration) }
    private let actions: [Point: (Action, probability: Double)]

    /// No faults at all.
    package static let none = Faults(actions: [:])

    private init(actions: [Point: (Action, probability: Double)]) { self.actions = actions }

    /// Reads the written form; nil when it names an unknown point or action.
    package init?(_ text: String) {
        var actions: [Point: (Action, probability: Double)] = [:]
        for pair in text.split(separator: ",") {
            let sides = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard sides.count == 2, let point = Point(rawValue: sides[0]) else { return nil }
            let parts = sides[1].split(separator: "@", maxSplits: 1).map(String.init)
            guard let probability = parts.count == 2 ? Double(parts[1]) : 1, (0...1).contains(probability) else { return nil }
            switch parts.first?.split(separator: ":").map(String.init) ?? [] {
            case ["crash"]: actions[point] = (.crash, probability)
            case ["fail"]: actions[point] = (.fail, probability)
            case let words where words.count == 2 && words[0] == "delay":
                guard let milliseconds = Int(words[1]), milliseconds >= 0 else { return nil }
                actions[point] = (.delay(.milliseconds(milliseconds)), probability)
            default: return nil
            }
        }
        self.init(actions: actions)
    }

    /// Passes the point, or suffers what is configured for it.
    package func pass(_ point: Point) async throws {
        guard let (action, probability) = actions[point], probability >= 1 || Double.random(in: 0..<1) < probability else { return }
        switch action {
        case .crash: kill(getpid(), SIGKILL)
        case .fail: throw PlatformError.internal("fault injected at \(point.rawValue)")
        case .delay(let duration): try await Task.sleep(for: duration)
        }
    }
}
