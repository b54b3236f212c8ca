/// What is measured on one row. Every measure is a value from 0 to 1, where 1 is good; docs/evaluation.md says how each is made and how well
/// it separates clean rows from spoiled ones. The raw values are the names on the wire.
package enum QualityMeasure: String, CaseIterable, Codable, CodingKeyRepresentable, Sendable, Hashable {
    /// Does the answer belong to this prompt? Low for swapped answers.
    case relevance
    /// Does the text end where its author wanted? Low for texts that were cut off.
    case completeness
    /// Is something said only once? Low for loops of characters, words and sentences.
    case variety
    /// Is it words, in an order that a language allows? Low for random letters, shuffled letters and shuffled words.
    case legibility
    /// Is the answer in the language that the prompt and the table expect?
    case language
    /// Does the text say something? Low for empty cells, placeholders, refusals and phrases without content.
    case substance
    /// Are the characters those that were meant? Low for text decoded with the wrong encoding, and for what could not be decoded.
    case encoding
    /// Is it only the text? Low for remnants of chat templates and system prompts, and for a prompt repeated in its answer.
    case cleanness
}
