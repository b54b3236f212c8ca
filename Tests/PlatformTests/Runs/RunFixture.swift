import Adaptation
import Foundation
import Ingestion
import Retrieval
import Storage
import TestSupport

@testable import Platform

/// Tables and plans as runs read them, without a database.
struct RunFixture: Sendable {
    static let organization = OrganizationID("org")

    let folder = TemporaryFolder()
    let blobs: BlobStore

    init() throws { blobs = try BlobStore(root: folder.url.appending(path: "store")) }

    private func adopt(_ file: URL, _ name: String, isTable: Bool, rows: Int) async throws -> RunPlan.Input {
        let blob = try await blobs.adopt(file, organization: Self.organization.text)
        return RunPlan.Input(content: ContentID(name), filename: name, sha256: blob.sha256, isTable: isTable, rows: rows)
    }

    /// A piece of a table with these rows.
    func table(_ rows: [[Cell]], columns: [String], named name: String = "table.csv") async throws -> RunPlan.Input {
        let file = folder.url.appending(path: UUID().uuidString)
        try Self.write(rows, columns, to: file)
        return try await adopt(file, name, isTable: true, rows: rows.count)
    }

    /// A document with these passages.
    func document(_ passages: [Passage], named name: String = "notes.md") async throws -> RunPlan.Input {
        let file = folder.url.appending(path: UUID().uuidString)
        var segment = SegmentBuilder()
        for passage in passages { try segment.append(passage) }
        _ = try segment.write(to: file)
        return try await adopt(file, name, isTable: false, rows: passages.count)
    }

    private static func write(_ rows: [[Cell]], _ columns: [String], to file: URL) throws {
        let writer = try RowWriter(file: file, columns: columns)
        for row in rows { try writer.append(row) }
        try writer.finish()
    }

    /// A plan for columns `question` and `answer`, changed as wished.
    static func plan(
        columns: [String] = ["question", "answer"], rows: Int = 10, generator: String? = nil,
        _ change: (inout RunRequest) -> Void = { _ in }
    ) throws -> RunPlan {
        var request = RunRequest()
        request.mapping = RunPlan.Mapping()
        request.mapping?.prompt = "question"
        request.mapping?.completion = "answer"
        change(&request)
        let input = RunPlan.Input(content: ContentID("c"), filename: "c.csv", sha256: "c", isTable: true, rows: rows)
        return try RunPlanner(generator: generator, deduplicationThreshold: 0.9).plan(request, inputs: [input], columns: columns)
    }

    /// An entry of a ledger.
    static func entry(_ row: Int, _ outcome: RunLedgerEntry.Outcome = .kept, reason: String? = nil) -> RunLedgerEntry {
        let assessment = RowAssessment(values: [:], promptScore: 0.5, completionScore: 0.25, total: 0.375)
        var entry = RunLedgerEntry(row: row, outcome: outcome, before: assessment, after: outcome == .kept ? assessment : nil)
        entry.reason = reason
        return entry
    }
}
