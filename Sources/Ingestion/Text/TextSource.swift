import Foundation

/// A file as text: UTF-8 whatever it was before; as a rule with LF at line ends and no control characters but tab and LF.
struct TextSource: ChunkSource {
    /// What becomes of control characters and line ends.
    enum Controls {
        /// CRLF and CR become LF, other control characters but tab are left out.
        case cleaned
        /// The same, but form feeds are kept.
        case cleanedExceptFormFeeds
        /// They are kept as they are: cells of a table hold them too.
        case kept
    }

    /// What had to be done to the bytes so far.
    private(set) var report = DecodingReport()

    private var source: ByteSource
    private var decoder: ScalarDecoder
    private var marksLeft: Int
    private let controls: Controls
    private var afterReturn = false
    private var atEnd = false

    init(
        file: URL, inspection: FileInspection, controls: Controls = .cleaned, chunkBytes: Int = ByteSource.defaultChunkBytes
    ) throws {
        source = try ByteSource(file: file, chunkBytes: chunkBytes)
        decoder = ScalarDecoder(encoding: inspection.encoding)
        marksLeft = inspection.markBytes
        self.controls = controls
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
                    place = controls == .kept ? ByteScan.validUTF8(base, start, bytes.count) : ByteScan.cleanUTF8(base, start, bytes.count)
                    output.append(base, start, place)
                }
                guard place < chunk.count else { return }
            }
            let byte = chunk[place]
            place += 1
            while take(decoder.step(byte), &output) {}
        }
    }

    /// Writes what a step led to; true if its byte must be given once more.
    private mutating func take(_ step: ScalarDecoder.Step, _ output: inout [UInt8]) -> Bool {
        switch step {
        case .pending: return false
        case .foreign(let first, let second, let again):
            report.foreignBytes += second == nil ? 1 : 2
            append(first, to: &output)
            if let second { append(second, to: &output) }
            return again
        case .undecodable(let bytes, let again):
            replace(bytes, in: &output)
            return again
        case .scalar(let value):
            append(value, to: &output)
            return false
        }
    }

    private mutating func replace(_ bytes: Int, in output: inout [UInt8]) {
        guard bytes > 0 else { return }
        report.replacedBytes += bytes
        append(0xFFFD, to: &output)
    }

    private mutating func append(_ scalar: UInt32, to output: inout [UInt8]) {
        let followsReturn = afterReturn
        afterReturn = false
        if scalar < 0x20, controls != .kept {
            switch scalar {
            case 0x09: output.append(0x09)
            case 0x0A: if !followsReturn { output.append(0x0A) }
            case 0x0D:
                output.append(0x0A)
                afterReturn = true
            case 0x0C: if controls == .cleanedExceptFormFeeds { output.append(0x0C) }
            default: break
            }
        } else {
            UTF8Bytes.append(scalar, to: &output)
        }
    }
}
