import Synchronization

/// Numbers of requests since the process started, in the Prometheus text format (conventions §5).
final class RequestMetrics: Sendable {
    /// Upper bounds of the duration histograms, in seconds.
    static let bounds: [Double] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct Key: Hashable, Comparable {
        let method: String
        let route: String
        let status: Int

        static func < (left: Key, right: Key) -> Bool { (left.route, left.method, left.status) < (right.route, right.method, right.status) }
    }

    private struct Histogram {
        var buckets = [Int](repeating: 0, count: RequestMetrics.bounds.count)
        var sum = 0.0
        var count = 0

        mutating func record(_ seconds: Double) {
            for (index, bound) in RequestMetrics.bounds.enumerated() where seconds <= bound { buckets[index] += 1 }
            sum += seconds
            count += 1
        }
    }

    private struct State {
        var requests: [Key: Histogram] = [:]
        var firstEvents = Histogram()
    }

    private let state = Mutex(State())

    /// - Parameter route: the template, never the path: labels must stay few.
    func record(method: String, route: String, status: Int, duration: Duration) {
        let seconds = Self.seconds(duration)
        state.withLock { $0.requests[Key(method: method, route: route, status: status), default: Histogram()].record(seconds) }
    }

    /// How long a turn took from the request to its first event.
    func recordFirstEvent(after duration: Duration) {
        let seconds = Self.seconds(duration)
        state.withLock { $0.firstEvents.record(seconds) }
    }

    /// - Parameter jobs: jobs that wait or run, by kind and state.
    func render(jobs: [(kind: String, state: String, count: Int)]) -> String {
        let state = state.withLock { $0 }
        var lines = [
            "# HELP quarry_http_request_duration_seconds Requests by route.", "# TYPE quarry_http_request_duration_seconds histogram",
        ]
        for (key, histogram) in state.requests.sorted(by: { $0.key < $1.key }) {
            let labels = "method=\"\(Self.escape(key.method))\",route=\"\(Self.escape(key.route))\",status=\"\(key.status)\""
            lines += Self.lines("quarry_http_request_duration_seconds", labels, histogram)
        }
        lines += ["# HELP quarry_turn_first_event_seconds From the request to the first event of its turn."]
        lines += ["# TYPE quarry_turn_first_event_seconds histogram"] + Self.lines("quarry_turn_first_event_seconds", "", state.firstEvents)
        lines += ["# HELP quarry_jobs Jobs that wait or run.", "# TYPE quarry_jobs gauge"]
        lines += jobs.map { "quarry_jobs{kind=\"\(Self.escape($0.kind))\",state=\"\(Self.escape($0.state))\"} \($0.count)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ name: String, _ labels: String, _ histogram: Histogram) -> [String] {
        let prefix = labels.isEmpty ? "" : labels + ","
        var lines = zip(bounds, histogram.buckets).map { "\(name)_bucket{\(prefix)le=\"\($0)\"} \($1)" }
        lines.append("\(name)_bucket{\(prefix)le=\"+Inf\"} \(histogram.count)")
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        return lines + ["\(name)_sum\(braces) \(histogram.sum)", "\(name)_count\(braces) \(histogram.count)"]
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private static func escape(_ label: String) -> String {
        label.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
