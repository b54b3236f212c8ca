/// What a caller asks of a run, well-formed and not yet held against the dataset.
package struct RunRequest: Sendable {
    /// Nil only where an estimate is asked for.
    package var mapping: RunPlan.Mapping?
    package var recipes = RunPlan.Recipes()
    package var controls = RunPlan.BrandControls()
    package var trainingType = RunPlan.TrainingType.instruction
    /// Whether rows in further languages are asked for.
    package var expandsLanguages = false
    /// At least 1.
    package var maxRows: Int?
    package var idempotencyKey: String?
    package var isEstimate = false

    package init() {}
}

/// Holds a request against the dataset: the plan, or every reason why there is none. Pure.
struct RunPlanner {
    /// The system model named by the setting `runs.generator`; nil when there is none.
    let generator: String?
    let deduplicationThreshold: Double

    /// - Parameters:
    ///   - inputs: the table, of which every piece has these columns.
    /// - Throws: `PlatformError.invalid` for an unknown column, or for what needs a generator where there is none; `notBuilt`.
    func plan(_ request: RunRequest, inputs: [RunPlan.Input], columns: [String]) throws -> RunPlan {
        var request = request
        request.mapping = request.mapping.map { Self.named($0, as: columns) }
        try Self.check(request.mapping, columns)
        try checkGenerator(request)
        if request.expandsLanguages { throw PlatformError.notBuilt("language_expansion is not built yet: leave it out.") }
        let tableRows = inputs.reduce(0) { $0 + $1.rows }
        let rows = min(tableRows, request.maxRows ?? tableRows)
        var plan = RunPlan(
            mapping: request.mapping ?? RunPlan.Mapping(), recipes: request.recipes, controls: request.controls,
            trainingType: request.trainingType, maxRows: request.maxRows, deduplicationThreshold: deduplicationThreshold,
            generator: generator, columns: columns, inputs: inputs, tableRows: tableRows, rows: rows,
            estimate: RunEstimate(rows: rows, requests: 0))
        let requests = request.mapping == nil ? 0 : [plan.inventsPrompt, plan.rephrasesPrompt, plan.generatesCompletion].count { $0 }
        plan.estimate = RunEstimate(rows: rows, requests: requests + (requests > 0 && plan.trainingType == .preference ? 1 : 0))
        plan.remarks = remarks(plan)
        return plan
    }

    /// Columns may be named as the file's header has them, before runs of white space in it became one space.
    private static func named(_ mapping: RunPlan.Mapping, as columns: [String]) -> RunPlan.Mapping {
        func name(_ given: String) -> String {
            if columns.contains(given) { return given }
            let plain = given.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return columns.contains(plain) ? plain : given
        }
        var mapping = mapping
        mapping.prompt = mapping.prompt.map(name)
        mapping.completion = mapping.completion.map(name)
        mapping.chat = mapping.chat.map(name)
        mapping.context = mapping.context.map(name)
        return mapping
    }

    private static func check(_ mapping: RunPlan.Mapping?, _ columns: [String]) throws {
        guard let mapping else { return }
        var named: [(field: String, column: String)] = []
        if let prompt = mapping.prompt { named.append(("prompt", prompt)) }
        if let completion = mapping.completion { named.append(("completion", completion)) }
        if let chat = mapping.chat { named.append(("chat", chat)) }
        named += mapping.context.map { ("context", $0) }
        let issues = named.filter { !columns.contains($0.column) }.map { field, column in
            FieldIssue(
                location: ["body", "column_mapping", field],
                message:
                    "column_mapping.\(field) names \"\(column)\", which is not a column; columns are: \(columns.joined(separator: ", "))",
                kind: .value)
        }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }

    /// Contract B §6 row 5: no template text is ever passed off as generation.
    private func checkGenerator(_ request: RunRequest) throws {
        guard generator == nil else { return }
        let mapping = request.mapping
        var issues: [FieldIssue] = []
        func needs(_ location: [String], _ what: String) {
            issues.append(
                FieldIssue(
                    location: ["body"] + location,
                    message:
                        "\(location.joined(separator: ".")): \(what) needs a generating model, and the setting runs.generator names none.",
                    kind: .unsupported))
        }
        if let mapping, mapping.chat == nil {
            if mapping.completion == nil { needs(["column_mapping", "completion"], "a run without a completion column") }
            if mapping.prompt == nil, mapping.universalPrompt == nil {
                needs(["column_mapping", "prompt"], "a run without a prompt column")
            }
        }
        if request.recipes.promptRephrase { needs(["recipe_specification", "recipes", "prompt_rephrase"], "rephrasing prompts") }
        if request.recipes.reasoningTraces { needs(["recipe_specification", "recipes", "reasoning_traces"], "reasoning") }
        if request.trainingType == .preference { needs(["training_type"], "making preference pairs") }
        if request.expandsLanguages { needs(["language_expansion"], "rows in further languages") }
        if !issues.isEmpty { throw PlatformError.invalid(issues) }
    }

    private func remarks(_ plan: RunPlan) -> [String] {
        var remarks: [String] = []
        if generator != nil, plan.mapping.namesText, !plan.generates {
            remarks.append(
                plan.asksGenerator
                    ? "The generating model is asked for empty cells alone: prompt and completion are mapped, and nothing else needs it."
                    : "The generating model is not asked: nothing in this launch needs it.")
        }
        if plan.controls.blueprint != nil, !plan.generatesCompletion {
            remarks.append("brand_controls.blueprint has nothing to act on: no completion is generated, as runs.generator names no model.")
        }
        if plan.controls.length != nil, !plan.generates {
            remarks.append("brand_controls.length has nothing to act on: nothing is generated, as runs.generator names no model.")
        }
        if plan.recipes.promptRephrase, plan.mapping.chat != nil {
            remarks.append("recipes.prompt_rephrase has nothing to act on: prompts of a chat column are not rephrased.")
        }
        let replaced = RunOutputLayout(plan).replaced
        if !replaced.isEmpty {
            remarks.append("Columns of the table are replaced by the run's own of the same name: \(replaced.joined(separator: ", ")).")
        }
        return remarks
    }
}
