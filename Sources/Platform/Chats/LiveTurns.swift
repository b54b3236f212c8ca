/// The turns that this process generates, and those that ended a moment ago, for clients that come back late.
actor LiveTurns {
    /// How long an ended turn's log is kept for a client that lost its connection just before the end.
    static let retention = Duration.seconds(60)

    private struct Live { let log: TurnLog; var task: Task<Void, Never>?; var isCancelled = false }
    private var turns: [TurnID: Live] = [:]
    private var isDraining = false
    /// Requests that are between being let in and having their turn's task.
    private var entering = 0
    /// How often `drain` looks whether those are through.
    private static let drainStep = Duration.milliseconds(10)

    /// Lets a request begin a turn; false once the process is being stopped. Each success is followed by one `leave`.
    func enter() -> Bool {
        if isDraining { return false }
        entering += 1
        return true
    }

    func leave() { entering -= 1 }

    func log(of turn: TurnID) -> TurnLog? { turns[turn]?.log }

    /// Runs `body` in a task that no connection owns.
    func start(_ turn: TurnID, log: TurnLog, _ body: @escaping @Sendable () async -> Void) {
        turns[turn] = Live(log: log)
        turns[turn]?.task = Task {
            await body()
            self.ended(turn)
        }
    }

    /// Asks a turn to stop; false when this process does not generate it.
    func cancel(_ turn: TurnID) -> Bool {
        guard let task = turns[turn]?.task else { return false }
        turns[turn]?.isCancelled = true
        task.cancel()
        return true
    }

    /// Whether somebody asked for the end of this turn, as opposed to the process being stopped.
    func isCancelled(_ turn: TurnID) -> Bool { turns[turn]?.isCancelled ?? false }

    /// Waits so long for running turns, then interrupts them; returns when all have written their end.
    func drain(grace: Duration) async {
        isDraining = true
        let deadline = Task {
            try await Task.sleep(for: grace)
            self.interruptAll()
        }
        while entering > 0 || turns.values.contains(where: { $0.task != nil }) {
            for task in turns.values.compactMap(\.task) { await task.value }
            if entering > 0 { try? await Task.sleep(for: Self.drainStep) }
        }
        deadline.cancel()
    }

    private func interruptAll() {
        for turn in turns.values { turn.task?.cancel() }
    }

    private func ended(_ turn: TurnID) {
        turns[turn]?.task = nil
        Task {
            try await Task.sleep(for: Self.retention)
            self.forget(turn)
        }
    }

    private func forget(_ turn: TurnID) { turns[turn] = nil }
}
