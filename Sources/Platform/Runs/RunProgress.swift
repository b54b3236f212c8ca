import Synchronization

/// Where a run stands, told by the work as it goes and written down once a second by somebody else.
final class RunProgress: Sendable {
    private struct State {
        var step = Run.Step.survey
        var done = 0.0
        var isCancelled = false
    }

    private let total: Int
    private let shares: [Run.Step: Double]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - total: rows of the run.
    ///   - generates: whether a generator is asked, which then takes most of the time.
    init(total: Int, generates: Bool) {
        self.total = total
        shares =
            generates
            ? [.survey: 0.03, .assess: 0.12, .deduplicate: 0.01, .improve: 0.80, .publish: 0.04]
            : [.survey: 0.15, .assess: 0.40, .deduplicate: 0.03, .improve: 0.27, .publish: 0.15]
    }

    /// - Parameter done: how much of the step is done, 0 to 1.
    func reach(_ step: Run.Step, _ done: Double) {
        state.withLock { ($0.step, $0.done) = (step, min(1, max(0, done))) }
    }

    /// One more row of the step is done, of so many.
    func advance(by rows: Int, of all: Int) {
        if all > 0 { state.withLock { $0.done = min(1, $0.done + Double(rows) / Double(all)) } }
    }

    /// The step, and the work done so far expressed in rows: never all of them before the end.
    var now: (step: Run.Step, processedRows: Int) {
        let (step, done) = state.withLock { ($0.step, $0.done) }
        let before = Run.Step.allCases.prefix { $0 != step }.reduce(0) { $0 + (shares[$1] ?? 0) }
        return (step, Int(Double(total) * min(1, before + done * (shares[step] ?? 0))))
    }

    /// Somebody asked the run to stop.
    func cancel() { state.withLock { $0.isCancelled = true } }
    var isCancelled: Bool { state.withLock(\.isCancelled) }
}
