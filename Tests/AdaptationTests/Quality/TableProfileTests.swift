import Foundation
import Testing

@testable import Adaptation

@Suite struct TableProfileTests {
    @Test func aStoredProfileIsTheSameProfile() throws {
        let stored = try JSONEncoder().encode(CleanTable.profile)
        let read = try JSONDecoder().decode(TableProfile.self, from: stored)
        #expect(read == CleanTable.profile)
        #expect(RowAssessor(profile: read).assess(CleanTable.rows) == CleanTable.assessor.assess(CleanTable.rows))
    }

    @Test func aProfileHasTheSameSizeWhateverTheTable() throws {
        var profile = TableProfile()
        var random = SeededRandom(seed: 3)
        for row in 0..<3_000 {
            let words = (0..<12).map { _ in String(random.next() % 1_000_000, radix: 36) }.joined(separator: " ")
            profile.add(RowText(prompt: "\(row) \(words)", completion: "\(words) \(row)"))
        }
        #expect(profile.referenceTexts.prompts.count == ReferenceRows.mostRows)
        #expect(try JSONEncoder().encode(profile).count < 3_000_000)
    }

    @Test func referencesAreTheSameInAnyOrder() {
        var forwards = ReferenceRows()
        var backwards = ReferenceRows()
        for number in 0..<300 { forwards.add(prompt: "question \(number)", completion: "answer \(number)") }
        for number in (0..<300).reversed() { backwards.add(prompt: "question \(number)", completion: "answer \(number)") }
        #expect(forwards == backwards)
        #expect(forwards.rows.count == ReferenceRows.mostRows)
    }

    @Test func countsAreNeverTooLow() {
        var sketch = CountSketch(size: 256)
        var exact: [UInt64: Int] = [:]
        var random = SeededRandom(seed: 11)
        for _ in 0..<2_000 {
            let key = random.next() % 500
            sketch.add(key)
            exact[key, default: 0] += 1
        }
        for (key, count) in exact { #expect(sketch[key] >= count) }
    }

    @Test func anAnswerGivenToManyPromptsIsBoilerplateAndALabelIsNot() {
        var profile = TableProfile()
        for number in 0..<60 {
            let boilerplate = number % 6 == 0
            profile.add(
                RowText(
                    prompt: "Question number \(number) about rivers?",
                    completion: boilerplate ? "Water is always moving somewhere, my friend." : "River \(number) is long."))
        }
        for number in 0..<20 { profile.add(RowText(prompt: "Is review \(number) good?", completion: "Positive")) }
        let assessor = RowAssessor(profile: profile)
        let assessed = assessor.assess([
            RowText(prompt: "Where does it begin?", completion: "Water is always moving somewhere, my friend."),
            RowText(prompt: "Is this one good?", completion: "Positive"),
        ])
        #expect((assessed[0].values[.substance] ?? 1) < 0.3)
        #expect((assessed[1].values[.substance] ?? 0) > 0.9)
    }

    @Test func aTableThatTranslatesMayAnswerInAnotherLanguage() {
        var profile = TableProfile()
        for (english, german) in zip(CleanTable.pairs.prefix(5), CleanTable.pairs[9...10]) {
            profile.add(RowText(prompt: english.0, completion: german.1))
        }
        for number in 0..<20 {
            profile.add(
                RowText(
                    prompt: "This is the sentence with the number \(number).",
                    completion: "Das ist der Satz mit der Nummer \(number), und er ist gut."))
        }
        let row = RowText(
            prompt: "This is another sentence of the same kind.", completion: "Das ist ein anderer Satz von der gleichen Art.")
        #expect((RowAssessor(profile: profile).assess([row])[0].values[.language] ?? 0) > 0.9)
    }

    @Test func duplicatesOfOneRowAreNoBoilerplate() {
        var profile = TableProfile()
        for _ in 0..<40 { profile.add(RowText(prompt: "What is a delta?", completion: "A delta is land where a river meets the sea.")) }
        let value = RowAssessor(profile: profile).assess([
            RowText(prompt: "What is a delta?", completion: "A delta is land where a river meets the sea.")
        ])[0]
        #expect((value.values[.substance] ?? 0) > 0.9)
    }
}

/// SplitMix64: the same numbers in every run.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
