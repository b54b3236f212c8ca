import Testing

@testable import Platform

@Suite struct RunPlannerTests {
    /// The fields that a launch is refused for.
    private func refused(generator: String? = nil, _ change: (inout RunRequest) -> Void) throws -> [String] {
        do {
            _ = try RunFixture.plan(generator: generator, change)
            return []
        } catch PlatformError.invalid(let issues) {
            for issue in issues { #expect(!issue.message.isEmpty) }
            return issues.map { $0.location.joined(separator: ".") }
        }
    }

    @Test func unknownColumnsAreNamedAllAtOnce() throws {
        let fields = try refused {
            $0.mapping?.prompt = "nope"
            $0.mapping?.context = ["answer", "neither"]
        }
        #expect(fields == ["body.column_mapping.prompt", "body.column_mapping.context"])
        #expect(try refused { $0.mapping?.chat = "x" } == ["body.column_mapping.chat"])
        do {
            _ = try RunFixture.plan { $0.mapping?.prompt = "nope" }
            Issue.record("it was taken")
        } catch PlatformError.invalid(let issues) {
            #expect(issues.first?.message.contains("question, answer") == true, "the message says which columns there are")
        }
    }

    /// A client that reads the file itself knows a column by the name in it.
    @Test func aColumnMayBeNamedAsInTheFilesHeader() throws {
        let plan = try RunFixture.plan {
            $0.mapping?.prompt = " question\n"
            $0.mapping?.context = ["answer "]
        }
        #expect((plan.mapping.prompt, plan.mapping.context) == ("question", ["answer"]))
    }

    @Test func whatNeedsAGeneratorIsRefusedWithoutOneAndNamesTheSetting() throws {
        let wishes: [(String, @Sendable (inout RunRequest) -> Void)] = [
            ("body.column_mapping.completion", { $0.mapping?.completion = nil }),
            ("body.column_mapping.prompt", { $0.mapping?.prompt = nil }),
            ("body.recipe_specification.recipes.prompt_rephrase", { $0.recipes.promptRephrase = true }),
            ("body.recipe_specification.recipes.reasoning_traces", { $0.recipes.reasoningTraces = true }),
            ("body.training_type", { $0.trainingType = .preference }),
        ]
        for (field, wish) in wishes {
            #expect(try refused(wish) == [field])
            #expect(try refused(generator: "m", wish) == [], "\(field) with a generator")
            do {
                _ = try RunFixture.plan(wish)
            } catch PlatformError.invalid(let issues) {
                #expect(issues.allSatisfy { $0.message.contains("runs.generator") })
            }
        }
        #expect(try refused { request in wishes.forEach { $0.1(&request) } }.count == 5, "all at once")
    }

    @Test func furtherLanguagesAreNotBuiltYet() throws {
        #expect(try refused { $0.expandsLanguages = true } == ["body.language_expansion"])
        do {
            _ = try RunFixture.plan(generator: "model") { $0.expandsLanguages = true }
            Issue.record("it was taken")
        } catch PlatformError.notBuilt(let message) {
            #expect(message.contains("language_expansion"))
        }
    }

    @Test func aUniversalPromptStandsForAPromptColumn() throws {
        let plan = try RunFixture.plan {
            $0.mapping?.prompt = nil
            $0.mapping?.universalPrompt = "Sum up."
        }
        #expect(!plan.inventsPrompt && !plan.generates)
    }

    @Test func aPlanDoesOnlyWhatIsAskedFor() throws {
        #expect(try !RunFixture.plan().asksGenerator)
        let plain = try RunFixture.plan(generator: "m")
        #expect(!plain.generates && plain.asksGenerator, "both columns are there; empty cells may be filled")
        #expect(try RunFixture.plan(generator: "m") { $0.mapping?.completion = nil }.generatesCompletion)
        #expect(try RunFixture.plan(generator: "m") { $0.mapping?.prompt = nil }.inventsPrompt)
        #expect(try RunFixture.plan(generator: "m") { $0.controls.blueprint = "Be brief." }.generatesCompletion)
        #expect(try RunFixture.plan(generator: "m") { $0.recipes.promptRephrase = true }.rephrasesPrompt)
        let chat = try RunFixture.plan(columns: ["chat"], generator: "m") {
            $0.mapping = RunPlan.Mapping()
            $0.mapping?.chat = "chat"
            $0.recipes.promptRephrase = true
        }
        #expect(!chat.rephrasesPrompt && !chat.asksGenerator)
        #expect(chat.remarks.contains { $0.contains("prompt_rephrase") })
    }

    @Test(arguments: [(1, 1), (100, 1), (101, 2), (182, 2), (5157, 52)]) func aCreditPaysForAHundredRows(_ rows: Int, _ credits: Int) throws
    {
        let plan = try RunFixture.plan(rows: rows)
        #expect(plan.estimate.credits == credits)
        #expect(plan.estimate.minutes >= 1)
    }

    @Test func atMostMaxRowsAreWorkedOnAndPaidFor() throws {
        let plan = try RunFixture.plan(rows: 1000) { $0.maxRows = 250 }
        #expect((plan.rows, plan.tableRows, plan.estimate.credits) == (250, 1000, 3))
        #expect(try RunFixture.plan(rows: 10) { $0.maxRows = 250 }.rows == 10)
    }

    @Test func askingAGeneratorTakesLonger() throws {
        let plain = try RunFixture.plan(rows: 10_000).estimate
        let asked = try RunFixture.plan(rows: 10_000, generator: "m") { $0.mapping?.completion = nil }.estimate
        let pairs = try RunFixture.plan(rows: 10_000, generator: "m") { $0.trainingType = .preference }.estimate
        #expect(plain.minutes < asked.minutes && asked.minutes < pairs.minutes)
        #expect((plain.credits, pairs.credits) == (100, 100), "recipes do not change the quote")
    }

    @Test func anEstimateNeedsNoMapping() throws {
        let plan = try RunFixture.plan(rows: 182) {
            $0.mapping = nil
            $0.isEstimate = true
        }
        #expect(plan.estimate.credits == 2)
    }

    @Test func whatHasNothingToActOnIsRemarked() throws {
        let remarks = try RunFixture.plan {
            $0.controls.blueprint = "Be brief."
            $0.controls.length = .minimal
        }.remarks
        #expect(remarks.count == 2 && remarks.allSatisfy { $0.contains("runs.generator") })
    }

    @Test func aGeneratorThatNothingNeedsIsRemarkedOn() throws {
        let plain = try RunFixture.plan(generator: "m").remarks
        #expect(plain.count == 1 && plain.allSatisfy { $0.contains("is asked for empty cells alone") }, "\(plain)")
        let chat = try RunFixture.plan(columns: ["chat"], generator: "m") {
            $0.mapping = RunPlan.Mapping()
            $0.mapping?.chat = "chat"
        }.remarks
        #expect(chat.count == 1 && chat.allSatisfy { $0.contains("is not asked") }, "\(chat)")
        #expect(try RunFixture.plan().remarks.isEmpty, "there is none")
        #expect(try RunFixture.plan(generator: "m") { $0.recipes.promptRephrase = true }.remarks.isEmpty, "it is asked")
        let estimate = try RunFixture.plan(generator: "m") {
            $0.mapping = nil
            $0.isEstimate = true
        }
        #expect(estimate.remarks.isEmpty, "nothing is known of the columns yet")
    }

    @Test func aFrozenPlanIsReadBackAsItWas() throws {
        let plan = try RunFixture.plan(rows: 300, generator: "m") {
            $0.controls.length = .detailed
            $0.controls.annotatesSafety = true
            $0.trainingType = .preference
            $0.maxRows = 20
        }
        #expect(try JSONText.decode(RunPlan.self, JSONText.encode(plan)) == plan)
    }
}
