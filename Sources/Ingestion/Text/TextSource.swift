import Foundation

/// A file as clean text: UTF-8 whatever it was before, LF at line ends, no control characters but tab and LF.
///
/// Form feeds are kept only where the reader asks for them.
struct TextSource: ChunkSource {
    /// Bytes of the file that became U+FFFD so far.
    private(set) var replacedBytes = 0

    private var source: ByteSource
    private var decoder: ScalarDecoder
    private var marksLeft: Int
    private let keepsFormFeeds: Bool
    private var afterReturn = false
    private var atEnd = false

    init(
        file: URL, inspection: FileInspection, keepsFormFeeds: Bool = false, chunkBytes: Int = ByteSource.defaultChunkBytes
    ) throws {
        source = try ByteSource(file: file, chunkBytes: chunkBytes)
        decoder = ScalarDecoder(encoding: inspection.encoding)
        marksLeft = inspection.markBytes
        self.keepsFormFeeds = keepsFormFeeds
    }

    mutating func next() throws -> [UInt8]? {
        while !atEnd {
            var output: [UInt8] = []
            if let chunk = try source.next() {
                output.reserveCapacity(chunk.count + chunk.count / 8)
                decode(chunk, into: &output)
            } else {
                atEnd = true
                replace(decoder.finish(), in: &output)
            }
            if !output.isEmpty { return output }
        }
        return nil
    }

    /// Clean stretches of UTF-8 are copied as a whole; everything else goes through the decoder byte by byte.
    private mutating func decode(_ chunk: [UInt8], into output: inout [UInt8]) {
        var place = min(marksLeft, chunk.count)
        marksLeft -= place
        while place < chunk.count {
            if decoder.isBetweenUTF8, !afterReturn {
                let start = place
                chunk.withUnsafeBufferPointer { bytes in
                    guard let base = bytes.baseAddress else { return }
                    place = ByteScan.cleanUTF8(base, start, bytes.count)
                    output.append(base, start, place)
                }
                guard place < chunk.count else { return }
            }
            let byte = chunk[place]
            place += 1
            var step = decoder.step(byte)
            if case .undecodable(let bytes, again: true) = step {
                replace(bytes, in: &output)
                step = decoder.step(byte)
            }
            switch step {
            case .pending: break
            case .undecodable(let bytes, _): replace(bytes, in: &output)
            case .scalar(let value): append(value, to: &output)
            }
        }
    }

    private mutating func replace(_ bytes: Int, in output: inout [UInt8]) {
        guard bytes > 0 else { return }
        replacedBytes += bytes
        append(0xFFFD, to: &output)
    }

    private mutating func append(_ scalar: UInt32, to output: inout [UInt8]) {
        let followsReturn = afterReturn
        afterReturn = false
        if scalar < 0x20 {
            switch scalar {
            case 0x09: output.append(0x09)
            case 0x0A: if !followsReturn { output.append(0x0A) }
            case 0x0D:
                output.append(0x0A)
                afterReturn = true
            case 0x0C: if keepsFormFeeds { output.append(0x0C) }
            default: break
            }
        } else {
            UTF8Bytes.append(scalar, to: &output)
        }
    }
}
