import Foundation

/// Something that is measured on request.
protocol Subject {
    /// The answer to one request, a line cut at its spaces; throws `Refusal` for one that is not understood.
    func answer(_ request: [String]) throws -> Answer
}

/// What was measured. What does not belong to a measurement is left out.
struct Answer: Encodable {
    /// How long everything took.
    var seconds: Double?
    /// How long each of many took, in the order they were done.
    var milliseconds: [Double]?
    /// Texts or passages that were worked on.
    var texts: Int?
    /// Tokens that they have together, as far as they count.
    var tokens: Int?
    /// Bytes that were written.
    var bytes: Int?
    /// Floating-point operations.
    var operations: Double?
    /// Rows that would go as duplicates, in ascending order.
    var rows: [Int]?
    /// The score of a table, 0 to 10, and its grade.
    var score: Double?
    var grade: String?
    /// For each query the cosines of what was found, best first.
    var cosines: [[Float]]?
}

extension Subject {
    /// Says that it is ready, with an empty answer, and answers until standard input ends.
    func serve() throws {
        try reply(Answer())
        while let line = readLine() {
            try reply(answer(line.split(separator: " ").map(String.init)))
        }
    }

    private func reply(_ answer: Answer) throws {
        try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(answer) + [UInt8(ascii: "\n")])
    }
}

/// How long something takes, in seconds.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let time = try ContinuousClock().measure(body).components
    return Double(time.seconds) + Double(time.attoseconds) / 1e18
}
