/// Writes valid JSON as a document: as it stands or laid out, one block for each member or element at the top.
struct JSONDocumentWriter {
    private let writer: ArtefactWriter
    private let isLaidOut: Bool
    private let limits: ExtractionLimits
    private var grammar: JSONGrammar
    private var pending: [UInt8] = []
    private var position = 0
    private var member: [UInt8] = []
    private var start = 0
    private var afterOpening = false

    init(writer: ArtefactWriter, isLaidOut: Bool, limits: ExtractionLimits) {
        self.writer = writer
        self.isLaidOut = isLaidOut
        self.limits = limits
        grammar = JSONGrammar(depthLimit: limits.jsonDepth)
    }

    /// Takes the next piece of the text, which is known to be valid.
    mutating func consume(_ chunk: [UInt8]) throws {
        for byte in chunk {
            let wasInString = grammar.isInString
            let depth = grammar.depth
            try grammar.consume(byte)
            if wasInString || !isLaidOut {
                try emit(byte, isDivider: !wasInString && isDivider(byte, depth))
            } else if !JSONGrammar.isSpace(byte) {
                try layOut(byte, depth: depth)
            }
        }
        try writer.appendText(pending)
        pending.removeAll(keepingCapacity: true)
    }

    /// Ends the last block.
    mutating func finish() throws {
        try closeMember()
        if isLaidOut { try writer.appendText("\n".utf8) }
    }

    /// What stands between the members at the top: the outer brackets and the commas directly inside of them.
    private func isDivider(_ byte: UInt8, _ depthBefore: Int) -> Bool {
        switch byte {
        case 0x7B, 0x5B: depthBefore == 0
        case 0x7D, 0x5D, 0x2C: depthBefore == 1
        default: false
        }
    }

    private mutating func layOut(_ byte: UInt8, depth: Int) throws {
        let isClosing = byte == 0x7D || byte == 0x5D
        let isOpening = byte == 0x7B || byte == 0x5B
        // An empty array or object stays closed; others break after the opening bracket and before the closing one.
        if afterOpening != isClosing { try breakLine(isOpening ? depth : grammar.depth) }
        afterOpening = isOpening
        try emit(byte, isDivider: isDivider(byte, depth))
        if byte == 0x2C { try breakLine(grammar.depth) }
        if byte == 0x3A { try emit(0x20, isDivider: false) }
    }

    private mutating func breakLine(_ depth: Int) throws {
        try emit(0x0A, isDivider: false)
        for _ in 0..<(2 * depth) { try emit(0x20, isDivider: false) }
    }

    private mutating func emit(_ byte: UInt8, isDivider: Bool) throws {
        if isDivider {
            try closeMember()
        } else {
            let isFull = member.count >= limits.blockBytes && (byte == UTF8Bytes.lineFeed || member.count >= limits.lineBytes)
            if isFull, UTF8Bytes.beginsScalar(byte) { try closeMember() }
            if member.isEmpty { start = position }
            if !member.isEmpty || !JSONGrammar.isSpace(byte) { member.append(byte) }
        }
        pending.append(byte)
        if UTF8Bytes.beginsScalar(byte) { position += 1 }
    }

    private mutating func closeMember() throws {
        try writer.appendBlock(.paragraph, member, start: start)
        member.removeAll(keepingCapacity: true)
    }
}
