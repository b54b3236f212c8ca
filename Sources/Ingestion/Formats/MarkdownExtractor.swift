/// Markdown: headings, paragraphs, list items, fenced code and pipe tables, each a block; the text stays as written.
struct MarkdownExtractor {
    /// Front matter is looked for in so many lines; further down `---` is a rule between sections.
    static let frontMatterLines = 1_000

    private enum Open: Equatable {
        case nothing, paragraph, table
        case listItem(afterBlank: Bool)
        case code(MarkdownFence, inList: Bool)

        var kind: Block.Kind {
            switch self {
            case .nothing, .paragraph: .paragraph
            case .table: .table
            case .listItem: .listItem
            case .code: .code
            }
        }
    }

    private let writer: ArtefactWriter
    private let blockBytes: Int
    private var open = Open.nothing
    private var bytes: [UInt8] = []
    private var start = 0
    private var lastLine = (byte: 0, scalar: 0)
    private var inList = false

    init(writer: ArtefactWriter, limits: ExtractionLimits) {
        self.writer = writer
        blockBytes = limits.blockBytes
    }

    /// How many lines at the beginning are front matter: `---`, a line that is not blank, …, `---` or `...`.
    static func frontMatterLength(_ lines: inout LineReader<TextSource>) throws -> Int {
        guard let opening = try lines.next(), isRule(opening.bytes, "---") else { return 0 }
        guard let second = try lines.next(), !UTF8Bytes.isBlank(second.bytes) else { return 0 }
        var line: Line? = second
        while let current = line, current.number <= frontMatterLines {
            if isRule(current.bytes, "---") || isRule(current.bytes, "...") { return current.number }
            line = try lines.next()
        }
        return 0
    }

    private static func isRule(_ line: [UInt8], _ rule: String) -> Bool {
        line.starts(with: rule.utf8) && UTF8Bytes.isBlank(line.dropFirst(3))
    }

    /// Reads all lines; the first `skipping` lines become text but no blocks.
    mutating func extract(_ lines: inout LineReader<TextSource>, skipping: Int) throws {
        while let line = try lines.next() {
            if line.number > skipping { try consume(MarkdownLine(line.bytes)) }
            try writer.appendText(line.bytes)
            if line.endsWithLineFeed { try writer.appendText(CollectionOfOne(UTF8Bytes.lineFeed)) }
        }
        try close()
    }

    private mutating func consume(_ line: MarkdownLine) throws {
        if case .code(let fence, let listCode) = open {
            if line.closes(fence) {
                try close()
                inList = listCode
            } else {
                try extend(line)
            }
            return
        }
        if line.isBlank { return try consumeBlank(line) }
        if line.indent <= 3 || inList, let fence = line.fence() { return try openCode(fence) }
        if line.indent <= 3 {
            if let heading = line.heading { return try writeHeading(line, heading.level, heading.title) }
            if open == .paragraph, let level = line.underlineLevel { return try closeAsHeading(level) }
            if open == .paragraph, let cells = line.delimiterCellCount, MarkdownLine.cellCount(bytes[lastLine.byte...]) == cells {
                return try openTable(line)
            }
            if line.isThematicBreak {
                try close()
                inList = false
                return
            }
        }
        if line.indent <= 3 || inList, let marker = line.listMarker, open != .paragraph || marker.mayInterrupt {
            try close()
            inList = true
            if let fence = line.fence(from: marker.content) { return try openCode(fence) }
            return try begin(.listItem(afterBlank: false), line, from: marker.content)
        }
        try consumeRunningText(line)
    }

    private mutating func consumeBlank(_ line: MarkdownLine) throws {
        guard case .listItem = open else { return try close() }
        // The item goes on if what follows the blank line is indented.
        open = .listItem(afterBlank: true)
        try extend(line)
    }

    private mutating func consumeRunningText(_ line: MarkdownLine) throws {
        switch open {
        case .listItem(afterBlank: true) where line.indent < 2:
            try close()
            inList = false
            try begin(.paragraph, line)
        case .listItem:
            open = .listItem(afterBlank: false)
            try extend(line)
        case .nothing:
            if line.indent < 2 { inList = false }
            try begin(.paragraph, line)
        case .paragraph, .table, .code:
            try extend(line)
        }
    }

    private mutating func openCode(_ fence: MarkdownFence) throws {
        try close()
        open = .code(fence, inList: inList)
    }

    private mutating func writeHeading(_ line: MarkdownLine, _ level: Int, _ title: Range<Int>) throws {
        try close()
        inList = false
        // Before the title stand only ASCII characters, so bytes and scalars agree.
        try writer.appendBlock(.heading(level: level), line.bytes[title], start: writer.scalars + title.lowerBound)
    }

    private mutating func closeAsHeading(_ level: Int) throws {
        try writer.appendBlock(.heading(level: level), bytes, start: start)
        bytes.removeAll(keepingCapacity: true)
        open = .nothing
    }

    /// The last line of the open paragraph is the header of a table that this line begins.
    private mutating func openTable(_ line: MarkdownLine) throws {
        let header = Array(bytes[lastLine.byte...])
        try writer.appendBlock(.paragraph, bytes[..<lastLine.byte], start: start)
        bytes = header
        start = lastLine.scalar
        open = .table
        try extend(line)
    }

    private mutating func begin(_ kind: Open, _ line: MarkdownLine, from place: Int = 0) throws {
        open = kind
        start = writer.scalars + place
        lastLine = (0, start)
        bytes.append(contentsOf: line.bytes[place...])
        bytes.append(UTF8Bytes.lineFeed)
    }

    /// Adds a line to the open block; one that has reached its limit is continued in a new block of the same kind.
    private mutating func extend(_ line: MarkdownLine) throws {
        if bytes.count >= blockBytes {
            let kind = open
            try close()
            open = kind
        }
        if bytes.isEmpty { start = writer.scalars }
        lastLine = (bytes.count, writer.scalars)
        bytes.append(contentsOf: line.bytes)
        bytes.append(UTF8Bytes.lineFeed)
    }

    private mutating func close() throws {
        var trim = ArtefactWriter.Trim.both
        if case .code = open { trim = .end }
        try writer.appendBlock(open.kind, bytes, start: start, trim: trim)
        bytes.removeAll(keepingCapacity: true)
        open = .nothing
    }
}
