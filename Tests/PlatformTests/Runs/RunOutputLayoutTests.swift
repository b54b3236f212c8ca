import Adaptation
import Ingestion
import Testing

@testable import Platform

@Suite struct RunOutputLayoutTests {
    private func row() -> ImprovedRow {
        var row = ImprovedRow(
            number: 1, original: RowText(prompt: "q", completion: "a"), text: RowText(prompt: "Q", completion: "A"))
        (row.reasoning, row.rejected) = ("because", "worse")
        return row
    }

    @Test func mappedColumnsThenMadeOnesThenTheRestThenSafety() throws {
        let plan = try RunFixture.plan(columns: ["id", "answer", "note", "question"]) { $0.controls.annotatesSafety = true }
        let layout = RunOutputLayout(plan)
        #expect(
            layout.columns == [
                "answer", "question", "enhanced_prompt", "enhanced_completion", "id", "note", "prompt_safety_issues",
                "response_safety_issues",
            ])
        let cells = layout.cells(of: row(), source: [.json("7"), .string("a"), .null, .string("q")])
        #expect(
            cells == [.string("a"), .string("q"), .string("Q"), .string("A"), .json("7"), .null, .json("[]"), .json("[]")],
            "source cells are never touched")
    }

    @Test func eachRecipeHasItsColumns() throws {
        let reasoning = try RunFixture.plan(generator: "m") { $0.recipes.reasoningTraces = true }
        #expect(RunOutputLayout(reasoning).columns == ["question", "answer", "enhanced_prompt", "enhanced_completion", "reasoning_trace"])
        #expect(RunOutputLayout(reasoning).cells(of: row(), source: [.string("q"), .string("a")]).last == .string("because"))
        let pairs = RunOutputLayout(try RunFixture.plan(generator: "m") { $0.trainingType = .preference })
        #expect(pairs.columns.suffix(2) == ["chosen", "rejected"])
        #expect(pairs.cells(of: row(), source: [.string("q"), .string("a")]).suffix(3) == [.string("A"), .string("A"), .string("worse")])
        let chat = try RunFixture.plan(columns: ["chat"]) {
            $0.mapping = RunPlan.Mapping()
            $0.mapping?.chat = "chat"
        }
        let layout = RunOutputLayout(chat)
        #expect(layout.columns == ["chat", "enhanced_prompt", "enhanced_completion", "original_prompt", "original_completion"])
        #expect(layout.cells(of: row(), source: [.json("[]")]).suffix(2) == [.string("q"), .string("a")])
    }

    @Test func aTableThatWasAnOutputOnceGetsItsColumnsOnce() throws {
        let first = RunOutputLayout(try RunFixture.plan(columns: ["question", "answer", "id"])).columns
        let again = RunOutputLayout(try RunFixture.plan(columns: first))
        #expect(again.columns == first)
        let cells = again.cells(of: row(), source: [.string("q"), .string("a"), .string("old Q"), .string("old A"), .json("7")])
        #expect(cells == [.string("q"), .string("a"), .string("Q"), .string("A"), .json("7")], "the new ones take their place")
        let mapped = RunOutputLayout(
            try RunFixture.plan(columns: first) {
                $0.mapping?.prompt = "enhanced_prompt"
                $0.mapping?.completion = "enhanced_completion"
            })
        #expect(Set(mapped.columns) == Set(first) && mapped.columns.count == first.count)
    }

    @Test func categoriesAreAListOfNames() throws {
        let layout = RunOutputLayout(try RunFixture.plan { $0.controls.annotatesSafety = true })
        var row = row()
        row.text.completion = "I will kill you, you worthless idiot."
        let found = layout.cells(of: row, source: [.string("q"), .string("a")]).last?.text ?? ""
        let expected = SafetyNotes.categories(of: row.text.completion ?? "").map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        #expect(found == "[\(expected)]")
    }
}
