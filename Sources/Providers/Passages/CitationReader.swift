/// Reads the markers of passages in an answer as it streams, and numbers them anew in the order of their first use, so that `[1]` is the
/// first source that the answer cites.
///
/// Understood are `[1]`, `[1, 3]`, `[1][3]`, `[1-3]`, `[^1]`, `【1】` and `【1†source】`. A marker that names no passage stays as it is: numbers
/// above those of the passages cannot be taken for renumbered ones. What stands in code (between backticks) is no marker.
package struct CitationReader: Sendable {
    /// Characters of the longest marker; a bracket that is still open after so many is text.
    static let longestMarker = 40

    private let passages: Int
    /// Indices into the passages, in the order of their markers.
    package private(set) var cited: [Int] = []
    /// An opened bracket and what followed it so far.
    private var held = ""
    private var code = CodeSpan()

    /// - Parameter passages: how many there are; with none, text passes untouched.
    package init(passages: Int) { self.passages = passages }

    /// Takes the next piece of the answer; returns the text that can be shown.
    package mutating func read(_ piece: String) -> String {
        if passages == 0 { return piece }
        var text = ""
        for scalar in piece.unicodeScalars {
            if held.isEmpty {
                if !code.contains(next: scalar), scalar == "[" || scalar == "【" {
                    held.unicodeScalars.append(scalar)
                } else {
                    text.unicodeScalars.append(scalar)
                }
                continue
            }
            if scalar == "[" || scalar == "【" {
                // The bracket before it was text: a marker holds none.
                text += held
                held = String(Character(scalar))
                continue
            }
            held.unicodeScalars.append(scalar)
            if scalar == "]" || scalar == "】" {
                text += rewritten(held)
                held = ""
            } else if !Self.mayStandInMarker(scalar, after: held) || held.unicodeScalars.count > Self.longestMarker {
                text += flush()
            }
        }
        return text
    }

    /// What is left at the end of the answer: a bracket that was never closed.
    package mutating func end() -> String { flush() }

    private mutating func flush() -> String {
        defer { held = "" }
        // It turned out to be plain text, which may hold backticks.
        for scalar in held.unicodeScalars { _ = code.contains(next: scalar) }
        return held
    }

    /// Only what can still become a marker is held back, so that ordinary brackets stream on at once.
    private static func mayStandInMarker(_ scalar: Unicode.Scalar, after held: String) -> Bool {
        if held.unicodeScalars.first == "【", held.unicodeScalars.contains("†") { return true }
        switch scalar {
        case "0"..."9", ",", " ", ";", "-", "–", "^": return true
        case "†": return held.unicodeScalars.first == "【"
        default: return false
        }
    }

    private mutating func rewritten(_ marker: String) -> String {
        let inside = marker.dropFirst().dropLast().prefix { $0 != "†" }
        var numbers: [Int] = []
        for part in inside.split(whereSeparator: { $0 == "," || $0 == ";" }) {
            let bounds = part.split(maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "-" || $0 == "–" })
            guard let first = bounds.first.flatMap(Self.number), let last = bounds.last.flatMap(Self.number), first <= last else {
                return marker
            }
            // Of a range only what is there: “[1-2000000000]” must not become a list.
            let (low, high) = (max(1, first), min(last, passages))
            if low <= high { numbers += low...high }
        }
        if numbers.isEmpty { return marker }
        var markers: [Int] = []
        for number in numbers {
            let place = cited.firstIndex(of: number - 1) ?? cited.count
            if place == cited.count { cited.append(number - 1) }
            if !markers.contains(place + 1) { markers.append(place + 1) }
        }
        return markers.map { "[\($0)]" }.joined()
    }

    private static func number(_ text: some StringProtocol) -> Int? {
        let trimmed = text.drop { $0 == " " || $0 == "^" }
        return Int(trimmed.prefix { $0 != " " }).flatMap { trimmed.drop { $0 != " " }.allSatisfy { $0 == " " } ? $0 : nil }
    }
}

/// Whether text stands between backticks: in a fenced block, or in a code span, which ends with its line at the latest.
private struct CodeSpan: Sendable {
    private var ticks = 0
    private var isFenced = false
    private var isSpan = false

    /// Takes the next character; returns whether it is code.
    mutating func contains(next scalar: Unicode.Scalar) -> Bool {
        if scalar == "`" {
            ticks += 1
            return true
        }
        if ticks >= 3 { isFenced.toggle() } else if ticks > 0, !isFenced { isSpan.toggle() }
        ticks = 0
        if scalar == "\n" { isSpan = false }
        return isFenced || isSpan
    }
}
