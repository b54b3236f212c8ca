import Adaptation
import Foundation
import Providers
import Storage

/// Waits so long, or until the task is cancelled.
package typealias Sleep = @Sendable (Duration) async throws -> Void

/// Asks the generator what rows need, a few rows at a time; each answer is recorded before anything is made of it.
struct RowGenerator: Sendable {
    /// Rows that are asked for at the same time, unless `runs.concurrency` says otherwise.
    static let defaultConcurrency = 8
    /// Tries of one request that fails, beyond those that the provider makes by itself.
    static let mostTries = 4
    /// Tries of one request to a provider that is merely busy: it is waited for a quarter of an hour and longer.
    static let mostTriesWhileBusy = 20
    /// The first wait after an overloaded provider; it doubles with each, up to `longestWait`, and is at least what the provider asked for.
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
    private let answers = RunAnswerRepository()

    init(
        run: RunID, organization: OrganizationID, plan: RunPlan, model: SystemModel, provider: any ModelProvider, database: any Database,
        concurrency: Int, sleep: @escaping Sleep
    ) {
        self.run = run
        self.organization = organization
        self.plan = plan
        self.model = model
        self.provider = provider
        self.database = database
        self.concurrency = concurrency
        self.sleep = sleep
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
        var wait = Self.firstWait
        for attempt in 1... {
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
                if fault.isLasting { throw RunStop(.generatorFailed, "The generator refuses every request: \(fault.detail)") }
                guard fault.mayPass, attempt < (fault.isBusy ? Self.mostTriesWhileBusy : Self.mostTries) else {
                    return RunAnswer(
                        row: row, request: kind, text: nil, reasoning: nil, failure: fault.detail, usage: TokenUsage(input: 0, output: 0))
                }
                let asked = Duration.seconds(fault.retryAfterSeconds ?? 0)
                try await sleep(min(Self.longestWait, max(asked, wait * Double.random(in: 0.75...1.25))))
                wait = min(Self.longestWait, wait * 2)
            }
        }
        throw PlatformError.internal("an endless loop ended")
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
        var isFinished = false
        for try await event in try await provider.stream(request) {
            switch event {
            case .text(let piece): collected.text += piece
            case .reasoning(let piece): collected.reasoning += piece
            case .usage(let counted): collected.usage = counted
            case .end(let reason): (collected.ending, isFinished) = (reason, true)
            case .citations: break
            }
        }
        try Task.checkCancellation()
        guard isFinished else { throw ProviderFault(.broken, "The generator's answer was cut off.") }
        return collected
    }

}

extension ProviderFault {
    /// Whether the same request may succeed a little later.
    fileprivate var mayPass: Bool { [.overloaded, .rateLimited, .timedOut, .broken].contains(kind) }
    /// Whether it is not the request's fault.
    fileprivate var isBusy: Bool { kind == .overloaded || kind == .rateLimited }
    /// Whether no request can succeed before somebody changes the configuration.
    fileprivate var isLasting: Bool { kind == .misconfigured }
}
