import Foundation
import Testing

@testable import Retrieval

@Suite struct TensorFileTests {
    private let url = FileManager.default.temporaryDirectory.appending(path: "tensors-\(UUID().uuidString).safetensors")

    @Test func theNumbersOfATensorAreRead() throws {
        let header = #"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#
        let numbers = try read(header, numbers: [1, 2, 3, 4, 5, 6], name: "a", shape: [2, 3])
        #expect(numbers == [1, 2, 3, 4, 5, 6])
    }

    @Test(
        arguments: [
            (#"{}"#, "the tensor a is missing."),
            (#"{"a":{"dtype":"F16","shape":[2,3],"data_offsets":[0,24]}}"#, "the tensor a is of type F16, not F32."),
            (#"{"a":{"shape":[2,3],"data_offsets":[0,24]}}"#, "the tensor a is of type none, not F32."),
            (#"{"a":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}}"#, "the tensor a has the shape [3, 2], not [2, 3]."),
            (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}"#, "the tensor a does not lie where its shape needs it."),
            (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[-8,16]}}"#, "the tensor a does not lie where its shape needs it."),
            (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}"#, "the tensor a does not lie where its shape needs it."),
            (#"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[24]}}"#, "the tensor a does not lie where its shape needs it."),
            (
                #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[-9223372036854775808,9223372036854775807]}}"#,
                "the tensor a does not lie where its shape needs it."
            ),
            (
                #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[8,-9223372036854775808]}}"#,
                "the tensor a does not lie where its shape needs it."
            ),
            (#"{"a":3}"#, "its header is not the JSON of a safetensors file."),
            (#"{"a":{"dtype":"F32","shape":[1e99],"data_offsets":[0,24]}}"#, "its header is not the JSON of a safetensors file."),
            (#"[]"#, "its header is not the JSON of a safetensors file."),
            ("", "its header is not the JSON of a safetensors file."),
        ]) func nonsenseIsRefusedByName(_ header: String, _ reason: String) throws
    {
        #expect(throws: EncoderError.invalid(path: url.path, reason: reason)) {
            try read(header, numbers: [1, 2, 3, 4, 5, 6], name: "a", shape: [2, 3])
        }
    }

    @Test(arguments: [
        ([UInt8](), "it is too short for a header."), ([1, 2, 3], "it is too short for a header."),
        ([9, 0, 0, 0, 0, 0, 0, 0, 0x7B], "its header of 9 bytes does not fit."),
        ([0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B], "its header of 18446744073709551615 bytes does not fit."),
    ]) func aFileThatIsTooShortIsRefused(_ bytes: [UInt8], _ reason: String) throws {
        try Data(bytes).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(throws: EncoderError.invalid(path: url.path, reason: reason)) { try TensorFile(url) }
    }

    @Test func aTensorThatIsNotAlignedIsRefused() throws {
        let header = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#
        #expect(throws: EncoderError.invalid(path: url.path, reason: "the tensor a is not aligned.")) {
            try read(header, numbers: [1, 2], name: "a", shape: [1])
        }
    }

    @Test func missingFilesAreNamed() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "no-encoder-\(UUID().uuidString)")
        let error = #expect(throws: EncoderError.self) { try SentenceEncoder(directory: folder) }
        #expect(error?.description.contains(folder.appending(path: "vocab.txt").path) == true)
        let missing = #expect(throws: EncoderError.self) { try TensorFile(url) }
        #expect(missing?.description.contains(url.path) == true)
    }

    @Test func weightsOfAnotherNetworkAreRefused() throws {
        try write(#"{"embeddings.word_embeddings.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#, [1, 2, 3, 4, 5, 6])
        defer { try? FileManager.default.removeItem(at: url) }
        let reason = "the tensor embeddings.word_embeddings.weight has the shape [2, 3], not [30522, 384]."
        #expect(throws: EncoderError.invalid(path: url.path, reason: reason)) { try EncoderWeights(url, kernel: .plain) }
    }

    private func read(_ header: String, numbers: [Float], name: String, shape: [Int]) throws -> [Float] {
        try write(header, numbers)
        defer { try? FileManager.default.removeItem(at: url) }
        return try TensorFile(url).read(name, shape) { start throws(EncoderError) in
            Array(UnsafeBufferPointer(start: start, count: shape.reduce(1, *)))
        }
    }

    /// A file whose header is filled up with spaces, so that its numbers are aligned.
    private func write(_ header: String, _ numbers: [Float]) throws {
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        var data = withUnsafeBytes(of: UInt64(padded.utf8.count).littleEndian) { Data($0) }
        data.append(Data(padded.utf8))
        for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        try data.write(to: url)
    }
}
