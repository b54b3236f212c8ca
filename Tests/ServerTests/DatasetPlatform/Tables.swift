import Foundation
import Platform
import TestSupport
import Testing

/// Tables of the dataset platform's tests, and how one gets them in and has runs over them.
enum Tables {
    static let mapping: JSONValue = ["prompt": "question", "completion": "answer"]
    static let run: JSONValue = ["column_mapping": mapping]

    /// So many different rows, as CSV.
    static func rows(_ count: Int) -> String {
        "question,answer,topic\n"
            + (0..<count).map { "What is \($0) plus \($0 * 7)?,It is \($0 * 8) as anybody can see.,sums \($0)\n" }.joined()
    }

    /// Datasets of these texts, by name; they are read, and the first `runs` of them have had a run.
    ///
    /// Jobs run in here and never again, so that whatever is launched afterwards stays active.
    static func make(_ served: ServedPlatform, _ texts: [(name: String, text: String)], runs: Int = 0) async throws -> [String] {
        try await served.platform.whileJobsRun {
            var ids: [String] = []
            for (name, text) in texts { ids.append(try await served.api.platformDataset(name, text)) }
            try await served.platform.waitForJobs()
            for id in ids.prefix(runs) { #expect(try await served.api.post("/api/v1/datasets/\(id)/run", run).status == 200) }
            try await served.platform.waitForJobs()
            return ids
        }
    }

    /// One dataset of so many rows.
    static func make(_ served: ServedPlatform, rows count: Int, runs: Int = 0) async throws -> String {
        try #require(try await make(served, [("sums.csv", rows(count))], runs: runs).first)
    }
}

extension TestAnswer {
    /// Everything that an object has.
    var keys: Set<String> { Set(json.members.keys) }
}

extension JSONValue {
    var keys: Set<String> { Set(members.keys) }
}

/// An answer that is refused for good, in the dataset platform's shape and naming what is wrong.
func expectRefusal(
    _ answer: TestAnswer, _ status: Int, naming words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer.text.prefix(300))", sourceLocation: sourceLocation)
    #expect(answer.keys == ["statusCode", "error", "message", "requestId"], sourceLocation: sourceLocation)
    #expect(answer["statusCode"].int == status, sourceLocation: sourceLocation)
    #expect(!answer["error"].text.isEmpty, sourceLocation: sourceLocation)
    #expect(answer.mediaType == "application/json", sourceLocation: sourceLocation)
    #expect(answer.header("x-should-retry") == "false", sourceLocation: sourceLocation)
    for word in words { #expect(answer["message"].text.contains(word), "\(word): \(answer.text)", sourceLocation: sourceLocation) }
}
