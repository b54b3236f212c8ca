import Adaptation
import Foundation
import Logging
import Providers
import Retrieval
import Storage

/// Waits so long, or until the task is cancelled.
package typealias Sleep = @Sendable (Duration) async throws -> Void

/// Asks the generator what rows need, a few rows at a time; each answer is recorded before anything is made of it.
struct RowGenerator: Sendable {
    /// Rows that are asked for at the same time, unless `runs.concurrency` says otherwise.
    static let defaultConcurrency = 8
    /// Tries of one request that may fail, beyond those that the provider makes by itself and those that found it busy.
    static let mostTries = 4
    /// Tries of one request that may find the provider merely busy: it is waited for a quarter of an hour and longer.
    static let mostTriesWhileBusy = 20
    /// The wait after the first fault; it doubles with each of its kind, up to `longestWait`, and is at least what the provider asked for.
    static let firstWait = Duration.seconds(1)
    static let longestWait = Duration.seconds(60)

    let run: RunID
    let organization: OrganizationID
    let plan: RunPlan
    let model: SystemModel
    let provider: any ModelProvider
    let database: any Database
    let concurrency: Int
    /// How a retry is waited for.
    let sleep: Sleep
    let logger: Logger
    private let answers = RunAnswerRepository()

    init(
        run: RunID, organization: OrganizationID, plan: RunPlan, model: SystemModel, provider: any ModelProvider, database: any Database,
        concurrency: Int, sleep: @escaping Sleep, logger: Logger
    ) {
        self.run = run
        self.organization = organization
        self.plan = plan
        self.model = model
        self.provider = provider
        self.database = database
        self.concurrency = concurrency
        self.sleep = sleep
        self.logger = logger
    }

    /// The rows with what the generator made of them, in their order.
    ///
    /// - Parameter done: told of each row that is finished.
    /// - Throws: `RunStop` when no request can succeed, `CancellationError`, errors of the database.
    func improve(_ rows: [ImprovedRow], done: @Sendable () -> Void) async throws -> [ImprovedRow] {
        guard let first = rows.first, let last = rows.last else { return [] }
        let (answers, organization, run) = (answers, organization, run)
        let recorded = try await database.read {
            try answers.all($0, organization, of: run, rows: first.number...last.number)
        }
        let known = Dictionary(grouping: recorded, by: \.row)
        return try await withThrowingTaskGroup(of: (Int, ImprovedRow).self) { group in
            var improved = rows
            var next = 0
            func start() {
                guard next < rows.count else { return }
                let (index, row) = (next, rows[next])
                next += 1
                group.addTask { (index, try await improve(row, known: known[row.number] ?? [])) }
            }
            for _ in 0..<max(1, concurrency) { start() }
            while let (index, row) = try await group.next() {
                improved[index] = row
                done()
                start()
            }
            return improved
        }
    }

    private func improve(_ row: ImprovedRow, known: [RunAnswer]) async throws -> ImprovedRow {
        let maxTokens = GenerationPrompts(plan: plan).maxTokens
        let known = Dictionary(known.map { ($0.request, $0) }, uniquingKeysWith: { first, _ in first })
        return try await RowRequests(plan: plan).improve(row) { request, messages in
            if let answer = known[request] { return answer }
            let answer = try await generate(row.number, request, messages, maxTokens: maxTokens)
            let (answers, organization, run) = (answers, organization, run)
            let recorded = try await database.write { try answers.record($0, organization, run, answer) }
            guard let recorded else { throw JobLeaseLost() }
            return recorded
        }
    }

    /// One answer, or the reason why there is none.
    private func generate(
        _ row: Int, _ kind: RunAnswer.Request, _ messages: [GenerationRequest.Message], maxTokens: Int
    ) async throws -> RunAnswer {
        let request = GenerationRequest(
            upstream: model.upstream, system: nil, messages: messages, passages: [], maxTokens: min(maxTokens, model.maxTokensPerRequest),
            temperature: nil)
        var failures = Failures()
        while true {
            do {
                let answer = try await collect(request)
                let (reasoning, text) = GenerationPrompts.separate(answer.text)
                if let failure = Self.failure(answer.ending, text, request) {
                    return RunAnswer(row: row, request: kind, text: nil, reasoning: nil, failure: failure, usage: answer.usage)
                }
                return RunAnswer(
                    row: row, request: kind, text: text, reasoning: reasoning ?? (answer.reasoning.isEmpty ? nil : answer.reasoning),
                    failure: nil, usage: answer.usage)
            } catch let fault as ProviderFault {
                let wait = failures.wait(after: fault)
                // Busy providers are the course of things, and would fill the log.
                logger.log(
                    level: wait == nil ? .warning : .info, "a request of a run failed",
                    metadata: ["run": "\(run)", "row": "\(row)", "error": "\(fault)", "isGivenUp": "\(wait == nil)"])
                if fault.isLasting { throw RunStop(.generatorFailed, "The generator refuses every request: \(fault.detail)") }
                guard let wait else {
                    return RunAnswer(
                        row: row, request: kind, text: nil, reasoning: nil, failure: fault.detail, usage: TokenUsage(input: 0, output: 0))
                }
                let asked = Duration.seconds(fault.retryAfterSeconds ?? 0)
                try await sleep(min(Self.longestWait, max(asked, wait * Double.random(in: 0.75...1.25))))
            }
        }
    }

    /// How often one request failed so far. A provider that is busy again and again uses up none of the tries that other faults have.
    private struct Failures {
        private var busy = 0
        private var other = 0

        /// Counts a fault; returns how long to wait before the next try, or nil to give up.
        mutating func wait(after fault: ProviderFault) -> Duration? {
            guard fault.mayPass else { return nil }
            if fault.isBusy { busy += 1 } else { other += 1 }
            guard busy < RowGenerator.mostTriesWhileBusy, other < RowGenerator.mostTries else { return nil }
            return min(RowGenerator.firstWait * (1 << ((fault.isBusy ? busy : other) - 1)), RowGenerator.longestWait)
        }
    }

    /// What is wrong with an answer that came to its end. A part of an answer is none: it would teach a model to break off.
    private static func failure(_ ending: FinishReason, _ text: String, _ request: GenerationRequest) -> String? {
        switch ending {
        case .length: "The generator's answer was cut off at \(request.maxTokens) tokens."
        case .contentFilter: "The generator's filter ended the answer."
        case .stop, .other: text.isEmpty ? "The generator gave an empty answer." : nil
        }
    }

    private struct Collected: Sendable {
        var text = ""
        var reasoning = ""
        var usage = TokenUsage(input: 0, output: 0)
        var ending = FinishReason.stop
    }

    private func collect(_ request: GenerationRequest) async throws -> Collected {
        var collected = Collected()
        var usage: TokenUsage?
        var isFinished = false
        for try await event in try await provider.stream(request) {
            switch event {
            case .text(let piece): collected.text += piece
            case .reasoning(let piece): collected.reasoning += piece
            case .usage(let counted): usage = counted
            case .end(let reason): (collected.ending, isFinished) = (reason, true)
            case .citations: break
            }
        }
        try Task.checkCancellation()
        guard isFinished else { throw ProviderFault(.broken, "The generator's answer was cut off.") }
        collected.usage =
            usage
            ?? .estimated(
                input: request.messages.map { TokenCounter.count($0.content) }.reduce(0, +), answer: collected.text)
        return collected
    }
}

extension ProviderFault {
    /// Whether the same request may succeed a little later.
    fileprivate var mayPass: Bool { [.overloaded, .rateLimited, .unreachable, .timedOut, .broken].contains(kind) }
    /// Whether the provider will take the request as soon as it can: it is busy, or restarting.
    fileprivate var isBusy: Bool { [.overloaded, .rateLimited, .unreachable].contains(kind) }
    /// Whether no request can succeed before somebody changes the configuration.
    fileprivate var isLasting: Bool { kind == .misconfigured }
}
