import Foundation

/// A line that is drawn over, on a terminal; nothing elsewhere.
struct ProgressBar {
    private static let width = 30
    let total: Int

    mutating func show(_ done: Int, _ label: String) {
        guard Terminal.isInteractive else { return }
        let filled = total == 0 ? Self.width : Self.width * min(done, total) / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        Terminal.draw("\r\u{1B}[2K\(bar) \(label)")
    }

    mutating func clear() {
        if Terminal.isInteractive { Terminal.draw("\r\u{1B}[2K") }
    }
}
