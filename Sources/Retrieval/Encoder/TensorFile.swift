import Foundation

/// A file in the safetensors format, mapped: eight bytes with the length of a header (little-endian), the header as JSON (name, type, shape
/// and place of each tensor), then the numbers. Only 32-bit floats are read. The file must not be changed while it is mapped.
struct TensorFile {
    /// A longer header is refused: this one describes a hundred tensors in 10 kB.
    static let mostHeaderBytes = 1 << 20

    private struct Entry: Decodable {
        var dtype: String?
        var shape: [Int]?
        var data_offsets: [Int]?
    }

    private let path: String
    private let data: Data
    private let start: Int
    private let entries: [String: Entry]

    /// Maps a file and reads its header; throws `missing` or `invalid`.
    init(_ url: URL) throws(EncoderError) {
        path = url.path
        do {
            data = try Data(contentsOf: url, options: .alwaysMapped)
        } catch {
            throw .missing(path: url.path, reason: error.localizedDescription)
        }
        guard data.count >= 8 else { throw .invalid(path: url.path, reason: "it is too short for a header.") }
        let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= Self.mostHeaderBytes, length <= data.count - 8 else {
            throw .invalid(path: url.path, reason: "its header of \(length) bytes does not fit.")
        }
        start = 8 + Int(length)
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: Data(data[8..<start]))
        } catch {
            throw .invalid(path: url.path, reason: "its header is not the JSON of a safetensors file.")
        }
    }

    /// Gives `body` the numbers of a tensor, which must have exactly this shape and lie in the file.
    func read<Result>(
        _ name: String, _ shape: [Int], _ body: (UnsafePointer<Float>) throws(EncoderError) -> Result
    ) throws(EncoderError) -> Result {
        guard let entry = entries[name] else { throw invalid("the tensor \(name) is missing.") }
        guard entry.dtype == "F32" else { throw invalid("the tensor \(name) is of type \(entry.dtype ?? "none"), not F32.") }
        guard entry.shape == shape else { throw invalid("the tensor \(name) has the shape \(entry.shape ?? []), not \(shape).") }
        let size = shape.reduce(MemoryLayout<Float>.size, *)
        guard let place = entry.data_offsets, place.count == 2, 0 <= place[0], place[0] <= place[1], place[1] <= data.count - start,
            place[1] - place[0] == size
        else { throw invalid("the tensor \(name) does not lie where its shape needs it.") }
        guard (start + place[0]) % MemoryLayout<Float>.alignment == 0 else { throw invalid("the tensor \(name) is not aligned.") }
        // The closure of Data throws any error; this one is carried past it.
        let result = data.withUnsafeBytes { bytes -> Swift.Result<Result, EncoderError> in
            guard let base = bytes.baseAddress else { return .failure(invalid("it is empty.")) }
            let numbers = (base + start + place[0]).assumingMemoryBound(to: Float.self)
            return Swift.Result { () throws(EncoderError) in try body(numbers) }
        }
        return try result.get()
    }

    func invalid(_ reason: String) -> EncoderError { .invalid(path: path, reason: reason) }
}
