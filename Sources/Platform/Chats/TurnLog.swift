/// What one turn has said so far: one writer, any number of followers, each at its own place.
///
/// Its length is bounded by the tokens that an answer may have.
actor TurnLog {
    private(set) var events: [TurnEvent] = []
    private(set) var outcome: TurnOutcome?
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func append(_ event: TurnEvent) {
        events.append(event)
        wake()
    }

    /// Called once, after the turn's last write committed.
    func close(_ outcome: TurnOutcome) {
        self.outcome = outcome
        wake()
    }

    /// Everything from `index` on, as soon as there is something, and the outcome once the turn has ended. Nothing of either
    /// when `patience` ran out first.
    func progress(from index: Int, patience: Duration) async throws -> (events: ArraySlice<TurnEvent>, outcome: TurnOutcome?) {
        if index >= events.count, outcome == nil {
            let deadline = ContinuousClock.now + patience
            let alarm = Task {
                try await Task.sleep(for: patience)
                self.wake()
            }
            defer { alarm.cancel() }
            while index >= events.count, outcome == nil, ContinuousClock.now < deadline {
                await withTaskCancellationHandler {
                    await withCheckedContinuation { waiting.append($0) }
                } onCancel: {
                    Task { await self.wake() }
                }
                try Task.checkCancellation()
            }
        }
        return (events[min(index, events.count)...], outcome)
    }

    private func wake() {
        let woken = waiting
        waiting = []
        for waiter in woken { waiter.resume() }
    }
}
