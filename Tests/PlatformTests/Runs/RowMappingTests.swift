import Adaptation
import Ingestion
import Testing

@testable import Platform

@Suite struct RowMappingTests {
    private func text(_ cells: [Cell], columns: [String] = ["q", "a", "c1", "c2"], _ change: (inout RunPlan.Mapping) -> Void) -> RowText {
        var mapping = RunPlan.Mapping()
        change(&mapping)
        return RowMapping(mapping, columns: columns).text(of: cells)
    }

    @Test func textsAreFoundByTheirColumns() {
        let cells: [Cell] = [.string("why"), .json("[1]"), .null, .string("ctx")]
        let all = text(cells) { ($0.prompt, $0.completion, $0.context) = ("q", "a", ["c2", "c1"]) }
        #expect(all == RowText(prompt: "why", completion: "[1]", context: ["ctx", ""]))
        #expect(text(cells) { $0.completion = "c1" } == RowText(prompt: nil, completion: ""), "nil is not mapped, empty is an empty cell")
        let universal = text(cells) { ($0.universalPrompt, $0.context) = ("Sum up.", ["c2"]) }
        #expect(universal == RowText(prompt: "Sum up.", completion: nil, context: ["ctx"]))
    }

    private func conversation(_ json: String) -> [String] {
        let found = Conversation(.json(json))
        return [found.prompt, found.completion]
    }

    @Test func aChatCellIsTheLastAnswerAndWhatStandsBefore() {
        let one = #"[{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes."}]"#
        #expect(conversation(one) == ["Hi?", "Yes."])
        #expect(Conversation(.string(one)) == Conversation(.json(one)), "as text of a CSV file, too")
        #expect(conversation(#"{"messages":\#(one)}"#) == ["Hi?", "Yes."])
        #expect(conversation(#"[{"from":"human","value":"Hi?"},{"from":"gpt","value":"Yes."}]"#) == ["Hi?", "Yes."])
        #expect(
            conversation(#"[{"role":"user","content":[{"type":"text","text":"A"},{"type":"image_url"},{"type":"text","text":"B"}]}]"#)
                == ["A\nB", ""])
    }

    @Test func aLongerExchangeSaysWhoSpoke() {
        let turns = #"[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi?"},{"role":"assistant","content":"Yes."},"#
        #expect(
            conversation(
                turns + #"{"role":"user","content":"More?"},{"role":"assistant","content":"No."},{"role":"user","content":"Oh."}]"#)
                == ["System: Be kind.\n\nUser: Hi?\n\nAssistant: Yes.\n\nUser: More?", "No."])
        #expect(conversation(turns.dropLast() + "]") == ["System: Be kind.\n\nUser: Hi?", "Yes."])
    }

    @Test(arguments: ["", "no json", "[]", "{}", #"[{"content":"nobody"}]"#, #"[{"role":"user","content":5}]"#, "[1,2]"])
    func aBrokenCellHasNoTexts(_ cell: String) {
        #expect(conversation(cell) == ["", ""])
    }

    @Test func aTurnWithoutContentIsEmpty() {
        #expect(conversation(#"[{"role":"user","content":"Hi?"},{"role":"assistant","content":null}]"#) == ["Hi?", ""])
        #expect(Conversation(.null) == Conversation(.string("")))
    }
}
