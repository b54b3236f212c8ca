import Platform

/// Reads the body of a launch; what the contract does not know is ignored, what it knows must have the right type (B §6 row 19).
enum LaunchFields {
    private static let columnName = 1...1_000
    private static let key = 1...255
    private static let instruction = 1...100_000
    private static let mostRows = 1...1_000_000_000
    private static let categories: Set = ["violence", "self_harm", "harassment", "hate", "sexual"]

    /// The key of a launch, read before anything else is checked: a known one is answered whatever else the body says. None for an estimate.
    static func idempotencyKey(_ fields: Fields) -> String? {
        if fields.peek("estimate") == .bool(true) { return nil }
        guard case .object(let job)? = fields.peek("job_specification"), case .string(let text)? = job["idempotency_key"] else {
            return nil
        }
        // What cannot be a key was never one, and is named with everything else that is wrong.
        return key.contains(text.unicodeScalars.count) && !text.unicodeScalars.contains("\0") ? text : nil
    }

    /// - Throws: `PlatformError.invalid` with everything that is wrong; `notBuilt` for what is asked for and not there yet.
    static func read(_ fields: Fields) throws -> RunRequest {
        var request = RunRequest()
        request.isEstimate = fields.flag("estimate").given ?? false
        request.mapping = try mapping(fields)
        if request.mapping == nil, !request.isEstimate, fields.issues.isEmpty {
            fields.note("column_mapping", "is required for a run: say which columns to use.", .missing)
        }
        if let inner = fields.inner("recipe_specification") {
            if let recipes = inner.inner("recipes") {
                request.recipes.deduplication = recipes.flag("deduplication").given ?? true
                request.recipes.promptRephrase = recipes.flag("prompt_rephrase").given ?? false
                request.recipes.reasoningTraces = recipes.flag("reasoning_traces").given ?? false
                inner.adopt(recipes)
            }
            fields.adopt(inner)
        }
        if let inner = fields.inner("job_specification") {
            request.maxRows = inner.integer("max_rows", range: mostRows).given
            request.idempotencyKey = inner.string("idempotency_key", length: key).given
            fields.adopt(inner)
        }
        if let inner = fields.inner("brand_controls") {
            request.controls = try controls(inner)
            fields.adopt(inner)
        }
        request.trainingType = fields.choice("training_type", RunPlan.TrainingType.self) ?? .instruction
        request.expandsLanguages = LanguageExpansionFields.check(fields)
        try fields.check()
        return request
    }

    private static func mapping(_ fields: Fields) throws -> RunPlan.Mapping? {
        guard let inner = fields.inner("column_mapping") else { return nil }
        var mapping = RunPlan.Mapping()
        mapping.prompt = inner.string("prompt", length: columnName).given
        mapping.completion = inner.string("completion", length: columnName).given
        mapping.chat = inner.string("chat", length: columnName).given
        mapping.universalPrompt = inner.string("universal_prompt", length: instruction).given
        mapping.context = inner.texts("context", length: columnName)
        let image = inner.string("image", length: columnName).given
        if mapping.chat != nil {
            for (name, isGiven) in [
                ("prompt", mapping.prompt != nil), ("completion", mapping.completion != nil), ("context", !mapping.context.isEmpty),
                ("universal_prompt", mapping.universalPrompt != nil),
            ] where isGiven { inner.note(name, "cannot be mapped together with chat.", .value) }
        }
        if mapping.universalPrompt != nil {
            if mapping.prompt != nil { inner.note("universal_prompt", "cannot be given together with prompt.", .value) }
            if mapping.context.isEmpty { inner.note("universal_prompt", "needs at least one context column.", .missing) }
        }
        if inner.issues.isEmpty, !mapping.namesText {
            inner.note("prompt", "is missing: map at least one of prompt, completion and chat.", .missing)
        }
        fields.adopt(inner)
        if image != nil, fields.issues.isEmpty { throw PlatformError.notBuilt("column_mapping.image: image columns are not built yet.") }
        return mapping
    }

    private static func controls(_ inner: Fields) throws -> RunPlan.BrandControls {
        var controls = RunPlan.BrandControls()
        controls.length = inner.choice("length", RunPlan.Length.self)
        controls.blueprint = inner.string("blueprint", length: 0...instruction.upperBound).given.flatMap { $0.isEmpty ? nil : $0 }
        let asked = inner.texts("safety_categories", length: 1...100)
        for category in asked where !categories.contains(category) {
            inner.note("safety_categories", "must be of \(categories.sorted().joined(separator: ", ")), not \"\(category)\".", .value)
        }
        controls.annotatesSafety = !asked.isEmpty
        if inner.flag("hallucination_mitigation").given ?? false {
            inner.note("hallucination_mitigation", "cannot be true: this server has no web search to ground completions on.", .unsupported)
        }
        return controls
    }
}

extension Fields {
    /// An object's own fields, with paths such as `column_mapping.prompt` in messages; nil when it is absent or null.
    fileprivate func inner(_ name: String) -> Fields? { object(name).given.map { Fields($0, at: location + [name]) } }

    /// Texts of an array.
    fileprivate func texts(_ name: String, length: ClosedRange<Int>) -> [String] {
        guard let elements = array(name).given else { return [] }
        let texts = elements.compactMap { element -> String? in
            guard case .string(let text) = element, length.contains(text.unicodeScalars.count) else { return nil }
            return text
        }
        if texts.count != elements.count {
            note(name, "must be an array of texts of \(length.lowerBound) to \(length.upperBound) characters.", .type)
        }
        return texts
    }
}
