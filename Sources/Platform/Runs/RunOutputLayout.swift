import Adaptation
import Ingestion

/// The columns of an output, and how a row is laid out in them (contract B §4.8): mapped columns, made ones, the rest, safety.
struct RunOutputLayout: Sendable {
    private enum Place: Sendable { case source(Int), made(Made) }

    private enum Made: String, Sendable, CaseIterable {
        case enhancedPrompt = "enhanced_prompt"
        case enhancedCompletion = "enhanced_completion"
        case originalPrompt = "original_prompt"
        case originalCompletion = "original_completion"
        case reasoningTrace = "reasoning_trace"
        case chosen, rejected
        case promptSafetyIssues = "prompt_safety_issues"
        case responseSafetyIssues = "response_safety_issues"
    }

    let columns: [String]
    /// Columns of the table that are not in the output, as made ones have their names.
    let replaced: [String]
    private let places: [Place]

    init(_ plan: RunPlan) {
        var made: [Made] = [.enhancedPrompt, .enhancedCompletion]
        if plan.mapping.chat != nil { made += [.originalPrompt, .originalCompletion] }
        if plan.recipes.reasoningTraces { made.append(.reasoningTrace) }
        if plan.trainingType == .preference { made += [.chosen, .rejected] }
        let safety: [Made] = plan.controls.annotatesSafety ? [.promptSafetyIssues, .responseSafetyIssues] : []
        // A table that was an output once has columns of these names: the new ones take their place.
        let names = Set((made + safety).map(\.rawValue))
        let sources = plan.columns.indices.filter { !names.contains(plan.columns[$0]) }
        let mapped = Set(plan.mapping.columns)
        var places: [(String, Place)] = sources.filter { mapped.contains(plan.columns[$0]) }.map { (plan.columns[$0], .source($0)) }
        places += made.map { ($0.rawValue, .made($0)) }
        places += sources.filter { !mapped.contains(plan.columns[$0]) }.map { (plan.columns[$0], .source($0)) }
        places += safety.map { ($0.rawValue, .made($0)) }
        columns = places.map(\.0)
        replaced = plan.columns.filter { names.contains($0) }
        self.places = places.map(\.1)
    }

    func cells(of row: ImprovedRow, source: [Cell]) -> [Cell] {
        places.map { place in
            switch place {
            case .source(let index): source[index]
            case .made(let made): Self.cell(made, row)
            }
        }
    }

    private static func cell(_ made: Made, _ row: ImprovedRow) -> Cell {
        switch made {
        case .enhancedPrompt: .string(row.text.prompt ?? "")
        case .enhancedCompletion, .chosen: .string(row.text.completion ?? "")
        case .originalPrompt: row.original.prompt.map { .string($0) } ?? .null
        case .originalCompletion: row.original.completion.map { .string($0) } ?? .null
        case .reasoningTrace: row.reasoning.map { .string($0) } ?? .null
        case .rejected: row.rejected.map { .string($0) } ?? .null
        case .promptSafetyIssues: categories(row.text.prompt)
        case .responseSafetyIssues: categories(row.text.completion)
        }
    }

    private static func categories(_ text: String?) -> Cell {
        let names = SafetyNotes.categories(of: text ?? "").map { "\"\($0.rawValue)\"" }
        return .json("[\(names.joined(separator: ","))]")
    }
}

/// One row after the run's recipes.
struct ImprovedRow: Sendable {
    let number: Int
    /// As it stood in the table.
    let original: RowText
    /// As it leaves the run.
    var text: RowText
    var reasoning: String?
    /// The answer that is worse, of a preference pair.
    var rejected: String?
    /// Why the generator gave nothing for it; such a row is not in the output.
    var failure: String?

    /// Whether there is nothing in it to train on.
    var isEmpty: Bool { text.isBlank }
}
