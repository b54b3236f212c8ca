import Adaptation
import Foundation
import Synchronization

/// Texts of rows in a passing file, to be read again in any order: what deduplication compares. Every call blocks.
final class RowTextSpool: Sendable {
    private struct State {
        let file: FileHandle
        /// Where each row begins, and after the last one where the file ends.
        var offsets: [UInt64] = [0]
        var unwritten = Data()
    }

    /// Bytes that are collected before they are written.
    private static let writeSize = 1 << 20

    private let state: Mutex<State>

    /// Opens a new file.
    init(_ url: URL) throws {
        guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
            throw PlatformError.internal("\(url.path) cannot be made")
        }
        state = Mutex(State(file: try FileHandle(forUpdating: url)))
    }

    func append(_ row: RowText) throws {
        try state.withLock { state in
            let before = state.unwritten.count
            for field in [row.prompt, row.completion] + row.context.map(Optional.some) { Self.append(field, to: &state.unwritten) }
            state.offsets.append((state.offsets.last ?? 0) + UInt64(state.unwritten.count - before))
            if state.unwritten.count >= Self.writeSize { try Self.flush(&state) }
        }
    }

    /// The row that was appended as the so-manieth, from 0.
    func row(_ index: Int) throws -> RowText {
        try state.withLock { state in
            if !state.unwritten.isEmpty { try Self.flush(&state) }
            let (start, end) = (state.offsets[index], state.offsets[index + 1])
            try state.file.seek(toOffset: start)
            let bytes = try state.file.read(upToCount: Int(end - start)) ?? Data()
            var fields: [String?] = []
            var place = bytes.startIndex
            while let field = Self.field(in: bytes, at: &place) { fields.append(field) }
            guard fields.count >= 2 else { throw PlatformError.internal("a spooled row is damaged") }
            return RowText(prompt: fields[0], completion: fields[1], context: fields.dropFirst(2).map { $0 ?? "" })
        }
    }

    private static func flush(_ state: inout State) throws {
        try state.file.seekToEnd()
        try state.file.write(contentsOf: state.unwritten)
        state.unwritten.removeAll(keepingCapacity: true)
    }

    /// The length in four bytes, all of them set for nil, then the text.
    private static func append(_ field: String?, to data: inout Data) {
        let length = field.map { UInt32($0.utf8.count) } ?? .max
        withUnsafeBytes(of: length.littleEndian) { data.append(contentsOf: $0) }
        if let field { data.append(contentsOf: field.utf8) }
    }

    private static func field(in data: Data, at place: inout Data.Index) -> String?? {
        guard data.endIndex - place >= 4 else { return nil }
        let length = data[place..<place + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        place += 4
        if length == .max { return .some(nil) }
        guard data.endIndex - place >= Int(length) else { return nil }
        defer { place += Int(length) }
        return String(decoding: data[place..<place + Int(length)], as: UTF8.self)
    }
}
