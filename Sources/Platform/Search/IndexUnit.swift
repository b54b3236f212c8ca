import Retrieval

/// Passages that are searched together: those of one content, or of several contents merged into one local file. Row `n` of the vectors
/// belongs to passage `n` of the segment.
final class IndexUnit: Sendable {
    /// The passages of one content within the unit.
    struct Member: Sendable, Hashable {
        /// The name of the content's own segment.
        let segmentSHA256: String
        let passages: Range<Int>
    }

    let segment: Segment
    /// Nil while the vectors are pending, or without an encoder.
    let vectors: VectorFile?
    let parts: [Member]
    /// Where a merged unit lies; nil for a content's own files, which are blobs.
    let folder: MergedFolder?

    init(segment: Segment, vectors: VectorFile?, parts: [Member], folder: MergedFolder? = nil) {
        self.segment = segment
        self.vectors = vectors
        self.parts = parts
        self.folder = folder
    }
}
