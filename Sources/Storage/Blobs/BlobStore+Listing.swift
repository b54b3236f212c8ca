package import Foundation

extension BlobStore {
    /// Visits every blob that nobody stored or changed for so long, in groups of one folder each, so that no list of all blobs is ever
    /// held. Blobs that come and go meanwhile may or may not be met. Throws `BlobError.unavailable`, and what `visit` throws.
    ///
    /// - Parameter age: seconds since the file was last written.
    package func visitBlobs(unchangedFor age: TimeInterval, _ visit: ([BlobKey]) async throws -> Void) async throws {
        let before = Date(timeIntervalSinceNow: -age)
        for organization in try await names(in: "") {
            for folder in try await names(in: organization) {
                let keys = try await oldKeys(in: folder, of: organization, before: before)
                if !keys.isEmpty { try await visit(keys) }
            }
        }
    }

    private func names(in folder: String) async throws -> [String] {
        let path = folder.isEmpty ? blobs : "\(blobs)/\(folder)"
        return try await disk.run { try Self.list(path) }
    }

    private func oldKeys(in folder: String, of organization: String, before moment: Date) async throws -> [BlobKey] {
        let path = "\(blobs)/\(organization)/\(folder)"
        return try await disk.run {
            try Self.list(path).filter { name in
                let attributes = try? FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")
                return (attributes?[.modificationDate] as? Date).map { $0 < moment } ?? false
            }.map { BlobKey(organization: organization, sha256: $0) }
        }
    }

    private static func list(_ path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw BlobError.unavailable("listing \(path): \(error.localizedDescription)")
        }
    }
}
