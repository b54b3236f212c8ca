import Platform
import Storage

extension TestPlatform {
    /// Works on background jobs as long as `body` runs.
    package func whileJobsRun<Value>(_ body: () async throws -> Value) async throws -> Value {
        let jobs = platform.jobs
        let runner = Task { await jobs.run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        await jobs.stop(grace: .seconds(10))
        await runner.value
        return try result.get()
    }

    /// Waits until no job waits or runs. Those that are to be tried again are tried at once, as the clock stands still.
    package func waitForJobs() async throws {
        while try await !platform.jobDepths().isEmpty {
            try await database.write { try $0.execute("UPDATE job SET run_at = 0 WHERE state = 'available' AND run_at > 0") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Makes a run that waits look like one that is being worked on.
    package func pretend(run: String, hasDone rows: Int) async throws {
        try await database.write { connection in
            try connection.execute(
                "UPDATE run SET state = 'running', started_at = created_at, processed_rows = \(rows) WHERE id = \(run)")
        }
    }

    /// Makes every request that needs a key, or a signed URL, fail for a reason of ours.
    package func breakDatabase() async throws {
        try await database.write { connection in
            try connection.execute("DROP TABLE api_key")
            try connection.execute("DROP TABLE upload")
        }
    }

    /// Takes the database away, as a full disk or a gone server would.
    package func loseDatabase() async { await database.close() }
}
