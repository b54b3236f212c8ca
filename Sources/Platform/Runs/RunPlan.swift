/// Everything that a run will do, decided and frozen at its launch: a run that is taken up again after a crash does the same.
package struct RunPlan: Sendable, Hashable, Codable {
    /// Which columns are what (contract B §3.7). Chat excludes the other roles.
    package struct Mapping: Sendable, Hashable, Codable {
        package var prompt: String?
        package var completion: String?
        /// A column of `{role, content}` turns.
        package var chat: String?
        package var context: [String] = []
        /// One instruction for all rows, instead of a prompt column.
        package var universalPrompt: String?

        package init() {}

        /// Every column that it names.
        var columns: [String] { [prompt, completion, chat].compactMap { $0 } + context }
        /// Whether some texts are to be found by it at all.
        package var namesText: Bool { prompt != nil || completion != nil || chat != nil || universalPrompt != nil }
    }

    /// What is done to the rows (contract B §4.2).
    package struct Recipes: Sendable, Hashable, Codable {
        package var deduplication = true
        package var promptRephrase = false
        package var reasoningTraces = false

        package init() {}
    }

    /// How long generated texts shall be.
    package enum Length: String, Sendable, Hashable, Codable, CaseIterable { case minimal, concise, detailed, extensive }

    /// Contract B §4.3.
    package struct BrandControls: Sendable, Hashable, Codable {
        package var length: Length?
        /// Whether every row is annotated with the safety categories that it touches.
        package var annotatesSafety = false
        /// A system instruction for every generated completion.
        package var blueprint: String?

        package init() {}
    }

    /// What the output is for: answers to learn, or pairs of a better and a worse one.
    package enum TrainingType: String, Sendable, Hashable, Codable, CaseIterable {
        case instruction = "instruction_dataset"
        case preference = "preference_pairs"
    }

    /// One piece of the table, in the table's order.
    struct Input: Sendable, Hashable, Codable {
        let content: ContentID
        let filename: String
        /// Of a table its rows, of a document its segment, whose passages are the rows.
        let sha256: String
        let isTable: Bool
        let rows: Int
    }

    package var mapping: Mapping
    package var recipes: Recipes
    package var controls: BrandControls
    package var trainingType: TrainingType
    package var maxRows: Int?
    /// Similarity from which rows count as the same, 0.5 to 1.
    var deduplicationThreshold: Double
    /// The system model that generates; nil when the plan needs none.
    var generator: String?
    /// The table's columns.
    var columns: [String]
    var inputs: [Input]
    /// Rows of the whole table, and of the sample that is worked on.
    package var tableRows: Int
    package var rows: Int
    package var estimate: RunEstimate
    /// What was asked for and has nothing to act on.
    package var remarks: [String] = []

    /// Whether completions are made anew rather than cleaned.
    var generatesCompletion: Bool {
        generator != nil
            && (lacksCompletion || recipes.reasoningTraces || controls.blueprint != nil || controls.length != nil
                || trainingType == .preference)
    }

    /// Whether prompts are invented for completions.
    var inventsPrompt: Bool { generator != nil && mapping.prompt == nil && mapping.chat == nil && mapping.universalPrompt == nil }
    var rephrasesPrompt: Bool { generator != nil && recipes.promptRephrase && mapping.chat == nil && !inventsPrompt }
    private var lacksCompletion: Bool { mapping.completion == nil && mapping.chat == nil }

    /// Whether every row of the plan asks the generator for something.
    var generates: Bool { generatesCompletion || inventsPrompt || rephrasesPrompt }
    /// Whether rows of the plan may ask it: an empty cell of a mapped column is filled, too.
    var asksGenerator: Bool { generator != nil && mapping.chat == nil || generates }
}

/// What a run is expected to take (contract B §4.6).
package struct RunEstimate: Sendable, Hashable, Codable {
    /// Output rows that one credit pays for.
    package static let rowsPerCredit = 100

    package let credits: Int
    package let minutes: Int

    /// Rows a second without a generator, and answers a second of one: measured, docs/benchmarks.md; an estimate need not be closer.
    static let rowsPerSecond = 250.0
    static let answersPerSecond = 2.0

    /// - Parameter requests: what each row asks the generator.
    init(rows: Int, requests: Int) {
        credits = Self.credits(rows: rows)
        let seconds = Double(rows) / Self.rowsPerSecond + Double(rows * requests) / Self.answersPerSecond
        minutes = max(1, Int((seconds / 60).rounded(.up)))
    }

    /// `ceil(rows / 100)`.
    static func credits(rows: Int) -> Int { (rows + rowsPerCredit - 1) / rowsPerCredit }
}
