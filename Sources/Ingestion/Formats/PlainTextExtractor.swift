/// Plain text: paragraphs between blank lines, pages between form feeds.
struct PlainTextExtractor {
    private let writer: ArtefactWriter
    private let blockBytes: Int
    private var page: Int?
    private var paragraph: [UInt8] = []
    private var start = 0

    init(writer: ArtefactWriter, hasPages: Bool, limits: ExtractionLimits) {
        self.writer = writer
        blockBytes = limits.blockBytes
        page = hasPages ? 1 : nil
    }

    /// Reads all lines. A form feed ends the paragraph and becomes a line feed unless it stands at the beginning of a line.
    mutating func extract(_ lines: inout LineReader<TextSource>) throws {
        while let line = try lines.next() {
            var rest = line.bytes[...]
            while let feed = rest.firstIndex(of: UTF8Bytes.formFeed) {
                let segment = rest[..<feed]
                rest = rest[(feed + 1)...]
                if !segment.isEmpty { try consume(segment, endsWithLineFeed: true) }
                try flush()
                page = page.map { $0 + 1 }
            }
            try consume(rest, endsWithLineFeed: line.endsWithLineFeed)
        }
        try flush()
    }

    private mutating func consume(_ segment: ArraySlice<UInt8>, endsWithLineFeed: Bool) throws {
        let isBlank = UTF8Bytes.isBlank(segment)
        if isBlank || paragraph.count >= blockBytes { try flush() }
        if !isBlank {
            if paragraph.isEmpty { start = writer.scalars }
            paragraph.append(contentsOf: segment)
            paragraph.append(UTF8Bytes.lineFeed)
        }
        try writer.appendText(segment)
        if endsWithLineFeed { try writer.appendText(CollectionOfOne(UTF8Bytes.lineFeed)) }
    }

    private mutating func flush() throws {
        try writer.appendBlock(.paragraph, paragraph, start: start, page: page)
        paragraph.removeAll(keepingCapacity: true)
    }
}
