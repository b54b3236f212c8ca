import Adaptation
import Testing

@Suite struct RowTextTests {
    @Test func aMissingRoleIsToldFromAnEmptyCell() {
        #expect(RowText(prompt: nil, completion: "a") != RowText(prompt: "", completion: "a"))
    }
}
