import Foundation
import Storage

/// Makes the vectors that a dataset's visible contents lack, one content after the other; each is published as soon as it is made, so a
/// crash costs one content's work.
struct EncodingJob: Sendable {
    static let kind = "encode"

    let database: any Database
    let encoding: ContentEncoding
    let publishing: VectorPublishing
    let workspace: URL
    private let items = ItemRepository()

    init(database: any Database, encoding: ContentEncoding, publishing: VectorPublishing, workspace: URL) {
        self.database = database
        self.encoding = encoding
        self.publishing = publishing
        self.workspace = workspace
    }

    var handler: JobHandler {
        // Nobody waits for it by name: keywords go on answering, and the next search asks again.
        JobHandler(kind: Self.kind, perform: perform, failed: { _, _, _ in })
    }

    private func perform(_ context: JobContext) async throws {
        let (items, organization, dataset) = (items, context.job.organization, DatasetID(context.job.payload))
        let visible = try await database.read { try items.visible($0, organization, in: dataset) }
        let missing = visible.filter { !$0.hasVectors(of: publishing.family) }
        for (index, content) in missing.enumerated() {
            let url = workspace.appending(path: "\(context.job.id)-\(context.job.attempt)-\(index).vectors")
            defer { try? FileManager.default.removeItem(at: url) }
            let key = BlobKey(organization: organization.text, sha256: content.segmentSHA256)
            try await encoding.run(segment: key, into: url) { done in
                try await context.report(progress: Int(100 * (Double(index) + done) / Double(missing.count)))
            }
            try await publishing.publish(url, of: content.content, organization) { effect in try await context.publish(effect) }
        }
        try await context.complete { _ in }
    }
}
