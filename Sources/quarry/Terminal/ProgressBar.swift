import Foundation

/// A line that is drawn over, on a terminal; nothing elsewhere.
struct ProgressBar {
    private static let width = 30
    let total: Int

    mutating func show(_ done: Int, _ label: String) {
        guard Terminal.isInteractive else { return }
        let filled = total == 0 ? Self.width : Self.width * min(done, total) / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        FileHandle.standardError.write(Data("\r\u{1B}[2K\(bar) \(label)".utf8))
    }

    mutating func clear() {
        if Terminal.isInteractive { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) }
    }
}
