import ArgumentParser
import Platform

/// What a run should do: shared by the estimate and the launch.
struct RunSettings: ParsableArguments {
    enum Length: String, ExpressibleByArgument, CaseIterable { case minimal, concise, detailed, extensive }

    @Option(help: "The column with what is asked.") var prompt: String?
    @Option(help: "The column with what is answered.") var completion: String?
    @Option(help: "The column with whole conversations, in place of the other columns.") var chat: String?
    @Option(parsing: .upToNextOption, help: "Columns that belong to the question.") var context: [String] = []
    @Option(help: "One instruction for every row, in place of a prompt column; needs --context.") var universalPrompt: String?
    @Option(help: "Work on a random sample of so many rows.") var maxRows: Int?
    @Flag(name: .customLong("no-deduplication"), help: "Keep rows that repeat another one.") var keepsDuplicates = false
    @Flag(help: "Rewrite prompts for clarity (needs a generating model).") var rephrase = false
    @Flag(help: "Make completions together with their reasoning (needs a generating model).") var reasoning = false
    @Option(help: "How long generated completions should be: minimal, concise, detailed or extensive.") var length: Length?
    @Option(help: "A system instruction for every generated completion.") var blueprint: String?
    @Flag(help: "Note on every row which safety categories it touches.") var safety = false
    @Flag(help: "Make chosen and rejected completions (needs a generating model).") var preferencePairs = false

    func validate() throws {
        if let maxRows, maxRows < 1 { throw ValidationError("--max-rows must be at least 1.") }
        if chat != nil, prompt != nil || completion != nil || universalPrompt != nil || !context.isEmpty {
            throw ValidationError("--chat cannot be given together with --prompt, --completion, --context or --universal-prompt.")
        }
        if universalPrompt != nil, prompt != nil { throw ValidationError("--universal-prompt cannot be given together with --prompt.") }
        if universalPrompt != nil, context.isEmpty { throw ValidationError("--universal-prompt needs --context.") }
    }

    /// Whether it was said which column is what.
    var mapsColumns: Bool { prompt != nil || completion != nil || chat != nil || universalPrompt != nil }

    /// Takes what was guessed for what was not said.
    mutating func adopt(_ guess: ColumnGuess) {
        (prompt, completion, chat) = (guess.prompt, guess.completion, context.isEmpty ? guess.chat : nil)
        if context.isEmpty { context = guess.context }
    }

    /// The body of a launch (contract B §3.7).
    ///
    /// - Parameter key: makes the launch safe to send again; nil for an estimate.
    func body(key: String?) -> JSONValue {
        var mapping: [String: JSONValue] = [:]
        for (name, value) in [("prompt", prompt), ("completion", completion), ("chat", chat), ("universal_prompt", universalPrompt)] {
            if let value { mapping[name] = .string(value) }
        }
        if !context.isEmpty { mapping["context"] = .array(context.map { .string($0) }) }
        var job: [String: JSONValue] = [:]
        if let maxRows { job["max_rows"] = .integer(Int64(maxRows)) }
        if let key { job["idempotency_key"] = .string(key) }
        var controls: [String: JSONValue] = [:]
        if let length { controls["length"] = .string(length.rawValue) }
        if let blueprint { controls["blueprint"] = .string(blueprint) }
        // Any category switches on the notes for all of them.
        if safety { controls["safety_categories"] = .array([.string("violence")]) }
        let recipes: [String: JSONValue] = [
            "deduplication": .bool(!keepsDuplicates), "prompt_rephrase": .bool(rephrase), "reasoning_traces": .bool(reasoning),
        ]
        var body: [String: JSONValue] = [
            "recipe_specification": .object(["recipes": .object(recipes)]),
            "training_type": .string(preferencePairs ? "preference_pairs" : "instruction_dataset"), "estimate": .bool(key == nil),
        ]
        if mapsColumns { body["column_mapping"] = .object(mapping) }
        if !job.isEmpty { body["job_specification"] = .object(job) }
        if !controls.isEmpty { body["brand_controls"] = .object(controls) }
        return .object(body)
    }
}
