import Adaptation
import Providers

/// What a row asks the generator for, one request after the other, and what becomes of it by the answers.
struct RowRequests: Sendable {
    /// Gives the answer to a request, from wherever it has it.
    typealias Ask = (RunAnswer.Request, [GenerationRequest.Message]) async throws -> RunAnswer

    let plan: RunPlan

    /// The row with all its answers; one with a failure as soon as an answer is one.
    ///
    /// - Throws: what `ask` throws.
    func improve(_ row: ImprovedRow, ask: Ask) async throws -> ImprovedRow {
        var row = row
        let prompts = GenerationPrompts(plan: plan)
        if row.text.prompt.isBlank, plan.mapping.chat == nil, !row.text.completion.isBlank {
            let answer = try await ask(.inventPrompt, prompts.inventPrompt(row.text))
            guard let text = answer.text else { return row.failed(answer) }
            row.text.prompt = text
        } else if plan.rephrasesPrompt, !row.text.prompt.isBlank {
            let answer = try await ask(.rephrasePrompt, prompts.rephrase(row.text))
            guard let text = answer.text else { return row.failed(answer) }
            row.text.prompt = text
        }
        if !row.text.prompt.isBlank, plan.generatesCompletion || row.text.completion.isBlank {
            let draft = row.text.completion.isBlank ? nil : row.text.completion
            let answer = try await ask(.complete, prompts.complete(row.text, draft: draft))
            guard let text = answer.text else { return row.failed(answer) }
            (row.text.completion, row.reasoning) = (text, answer.reasoning)
        }
        if plan.trainingType == .preference, !row.text.completion.isBlank {
            let answer = try await ask(.reject, prompts.reject(row.text))
            guard let text = answer.text else { return row.failed(answer) }
            row.rejected = text
        }
        return row
    }
}

extension ImprovedRow {
    fileprivate func failed(_ answer: RunAnswer) -> ImprovedRow {
        var row = self
        row.failure = answer.failure ?? "The generator gave no answer."
        return row
    }
}
