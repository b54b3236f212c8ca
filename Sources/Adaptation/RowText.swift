/// The parts of one row that a run works on, as the column mapping found them.
package struct RowText: Sendable, Hashable {
    /// What is asked. Nil when the mapping names no such column; empty when the cell is.
    package var prompt: String?
    /// What is answered. Nil when the mapping names no such column; empty when the cell is.
    package var completion: String?
    /// What the answer rests on, one text for each mapped column.
    package var context: [String]

    package init(prompt: String?, completion: String?, context: [String] = []) {
        self.prompt = prompt
        self.completion = completion
        self.context = context
    }
}
