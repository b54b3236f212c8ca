import Foundation

/// A line that is drawn over, on a terminal; nothing elsewhere.
struct ProgressBar {
    private static let width = 30
    /// Nil where nobody knows how much there is to come: then the label stands alone.
    let total: Int?

    func show(_ done: Int, _ label: String) {
        guard Terminal.isInteractive else { return }
        guard let total else { return Terminal.draw("\r\u{1B}[2K\(label)") }
        let filled = total == 0 ? Self.width : Self.width * min(done, total) / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        Terminal.draw("\r\u{1B}[2K\(bar) \(label)")
    }

    func clear() {
        if Terminal.isInteractive { Terminal.draw("\r\u{1B}[2K") }
    }
}
