/// What one line of Markdown looks like on its own; CommonMark 0.31 for blocks, GitHub's specification for tables.
struct MarkdownLine {
    let bytes: [UInt8]

    /// Where the first byte that is no space or tab stands.
    let first: Int

    /// Columns of indentation; a tab reaches to the next multiple of four.
    let indent: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var first = 0
        var indent = 0
        while first < bytes.count, UTF8Bytes.isSpaceOrTab(bytes[first]) {
            indent += bytes[first] == 0x09 ? 4 - indent % 4 : 1
            first += 1
        }
        self.first = first
        self.indent = indent
    }

    var isBlank: Bool { first == bytes.count }

    private var content: ArraySlice<UInt8> { bytes[first...] }

    /// A line of three or more `*`, `-` or `_` with nothing else but spaces.
    var isThematicBreak: Bool {
        guard let mark = content.first, "*-_".utf8.contains(mark) else { return false }
        let marks = content.filter { !UTF8Bytes.isSpaceOrTab($0) }
        return marks.count >= 3 && marks.allSatisfy { $0 == mark }
    }

    /// `# Title #`: the level and where the title stands without its marks.
    var heading: (level: Int, title: Range<Int>)? {
        let level = content.prefix { $0 == 0x23 }.count
        guard (1...6).contains(level) else { return nil }
        let begin = first + level
        guard begin == bytes.count || UTF8Bytes.isSpaceOrTab(bytes[begin]) else { return nil }
        var end = bytes.count
        while end > begin, UTF8Bytes.isSpaceOrTab(bytes[end - 1]) { end -= 1 }
        var closing = end
        while closing > begin, bytes[closing - 1] == 0x23 { closing -= 1 }
        if closing > begin, UTF8Bytes.isSpaceOrTab(bytes[closing - 1]) { end = closing }
        return (level, begin..<end)
    }

    /// `===` or `---` under a paragraph: the level of the heading it makes.
    var underlineLevel: Int? {
        guard let mark = content.first, mark == 0x3D || mark == 0x2D else { return nil }
        let rest = content.drop { $0 == mark }
        guard rest.allSatisfy(UTF8Bytes.isSpaceOrTab) else { return nil }
        return mark == 0x3D ? 1 : 2
    }

    /// The opening of fenced code from the given place on (the first mark unless told otherwise).
    func fence(from place: Int? = nil) -> MarkdownFence? {
        let opening = bytes[(place ?? first)...]
        guard let mark = opening.first, mark == 0x60 || mark == 0x7E else { return nil }
        let length = opening.prefix { $0 == mark }.count
        guard length >= 3 else { return nil }
        if mark == 0x60, opening.dropFirst(length).contains(0x60) { return nil }
        return MarkdownFence(mark: mark, length: length)
    }

    /// Whether this line ends code that the fence began.
    func closes(_ fence: MarkdownFence) -> Bool {
        let length = content.prefix { $0 == fence.mark }.count
        return length >= fence.length && content.dropFirst(length).allSatisfy(UTF8Bytes.isSpaceOrTab)
    }

    /// A bullet or number: where the item's content begins, and whether it may interrupt a paragraph.
    var listMarker: (content: Int, mayInterrupt: Bool)? {
        var end = first
        var startsAtOne = true
        if let mark = content.first, "-*+".utf8.contains(mark) {
            end += 1
        } else {
            let digits = content.prefix { (0x30...0x39).contains($0) }
            guard (1...9).contains(digits.count) else { return nil }
            end += digits.count
            guard end < bytes.count, bytes[end] == 0x2E || bytes[end] == 0x29 else { return nil }
            startsAtOne = Array(digits) == [0x31]
            end += 1
        }
        guard end == bytes.count || UTF8Bytes.isSpaceOrTab(bytes[end]) else { return nil }
        while end < bytes.count, UTF8Bytes.isSpaceOrTab(bytes[end]) { end += 1 }
        return (end, startsAtOne && end < bytes.count)
    }

    /// The number of cells of a table row; `nil` if the line has no `|`.
    static func cellCount(_ line: some BidirectionalCollection<UInt8>) -> Int? {
        var row = line[...]
        while let byte = row.first, UTF8Bytes.isSpaceOrTab(byte) { row = row.dropFirst() }
        while let byte = row.last, UTF8Bytes.isSpaceOrTab(byte) || byte == UTF8Bytes.lineFeed { row = row.dropLast() }
        var bars = 0
        var escaped = false
        var lastIsBar = false
        for byte in row {
            lastIsBar = byte == 0x7C && !escaped
            if lastIsBar { bars += 1 }
            escaped = byte == 0x5C && !escaped
        }
        guard bars > 0 else { return nil }
        return max(1, bars + 1 - (row.first == 0x7C ? 1 : 0) - (lastIsBar ? 1 : 0))
    }

    /// The number of cells of the line that divides a table's header from its rows, such as `|---|:-:|`.
    var delimiterCellCount: Int? {
        guard content.contains(0x2D), content.allSatisfy({ " \t|:-".utf8.contains($0) }) else { return nil }
        let cells = content.split(separator: 0x7C).filter { !$0.allSatisfy(UTF8Bytes.isSpaceOrTab) }
        let isWellFormed = cells.allSatisfy { cell in
            var marks = cell.drop(while: UTF8Bytes.isSpaceOrTab)
            while let byte = marks.last, UTF8Bytes.isSpaceOrTab(byte) { marks = marks.dropLast() }
            if marks.first == 0x3A { marks = marks.dropFirst() }
            if marks.last == 0x3A { marks = marks.dropLast() }
            return !marks.isEmpty && marks.allSatisfy { $0 == 0x2D }
        }
        guard isWellFormed, let count = Self.cellCount(content), count == cells.count else { return nil }
        return count
    }
}

/// The marks that opened fenced code.
struct MarkdownFence: Equatable {
    var mark: UInt8
    var length: Int
}
