import Testing

@testable import Retrieval

@Suite struct EncodedTextTests {
    @Test func headingsThatThePassageDoesNotSayAreEncodedWithIt() {
        let deep = passage("Press both keys for three seconds.", headings: ["Harbour radio", "Reset"])
        #expect(deep.encodedText == "Harbour radio > Reset\nPress both keys for three seconds.")
        let first = passage("## Reset\n\nPress both keys.", headings: ["Harbour radio", "Reset", ""])
        #expect(first.encodedText == "Harbour radio\n## Reset\n\nPress both keys.")
        #expect(passage("A row.").encodedText == "A row.")
    }

    @Test func headingFarDownInThePassageIsNotTakenForItsOpening() {
        let text = String(repeating: "a", count: 300) + " Fees"
        #expect(passage(text, headings: ["Fees"]).encodedText == "Fees\n" + text)
    }
}
