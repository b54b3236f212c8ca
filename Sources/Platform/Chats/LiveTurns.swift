/// The turns that this process generates, and those that ended a moment ago, for clients that come back late.
actor LiveTurns {
    /// How long an ended turn's log is kept for a client that lost its connection just before the end.
    static let retention = Duration.seconds(60)

    private struct Live { let log: TurnLog; var task: Task<Void, Never>?; var isCancelled = false }
    private var turns: [TurnID: Live] = [:]
    private(set) var isDraining = false

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
        let tasks = turns.values.compactMap(\.task)
        let deadline = Task {
            try await Task.sleep(for: grace)
            for task in tasks { task.cancel() }
        }
        for task in tasks { await task.value }
        deadline.cancel()
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
