import Foundation
import NIOCore

/// Where a download goes: written beside its place, and put there only when it is whole.
final class ResultFile {
    private let place: URL
    private let part: URL
    private let handle: FileHandle
    private let mayReplace: Bool
    var name: String { place.lastPathComponent }
    private(set) var bytes: Int64 = 0

    /// - Throws: `FileProblem` when the place is taken, or cannot be written to.
    init(_ place: URL, mayReplace: Bool) throws {
        if !mayReplace, FileManager.default.fileExists(atPath: place.path) {
            throw FileProblem(reason: "\(place.path) exists already: give --force to replace it, or --output with another name.")
        }
        self.place = place
        self.mayReplace = mayReplace
        part = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).part-\(UInt32.random(in: 0...UInt32.max))")
        guard FileManager.default.createFile(atPath: part.path, contents: nil), let handle = try? FileHandle(forWritingTo: part) else {
            throw FileProblem(reason: "\(place.path) cannot be written.")
        }
        self.handle = handle
    }

    /// - Throws: `FileProblem`.
    func write(_ buffer: ByteBuffer) throws {
        do {
            try handle.write(contentsOf: buffer.readableBytesView)
            bytes += Int64(buffer.readableBytes)
        } catch {
            throw FileProblem(reason: "\(place.path) could not be written to its end: \(error.localizedDescription)")
        }
    }

    /// Puts the file in its place.
    ///
    /// - Throws: `FileProblem` when somebody else put one there meanwhile.
    func finish() throws {
        try? handle.close()
        // A link is made only where nothing is; a renamed file replaces what is there.
        let isDone = mayReplace ? rename(part.path, place.path) == 0 : link(part.path, place.path) == 0
        discard()
        if !isDone { throw FileProblem(reason: "\(place.path) exists already: give --force to replace it.") }
    }

    /// Removes what was written so far.
    func discard() {
        try? handle.close()
        try? FileManager.default.removeItem(at: part)
    }
}
