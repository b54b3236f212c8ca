/// Entities and tags that were left in prose.
enum HTMLRemnants {
    /// Words of the trade: a text with one of them means its tags and entities as they stand.
    private static let trade: Set<String> = [
        "html", "html5", "xhtml", "xml", "svg", "jsx", "css", "markup", "tag", "tags", "entity", "entities", "escape", "escaped",
        "escaping",
        "javascript", "typescript", "generics",
    ]

    /// Whether a text is code, or speaks about markup: it has a tag that no prose has, as web pages, XML and generic types do, or a word of the trade.
    static func isAboutMarkup(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        for (place, byte) in bytes.enumerated() where byte == UInt8(ascii: "<") && place + 1 < bytes.count {
            if bytes[place + 1] == UInt8(ascii: "!") || bytes[place + 1] == UInt8(ascii: "?") { return true }
        }
        if MarkupTag.all(bytes).contains(where: { !removed.contains($0.name) && !left.contains($0.name) }) { return true }
        return words(bytes).contains(where: trade.contains)
    }

    /// Runs of ASCII letters and digits, in small letters; none longer than the longest word of the trade.
    private static func words(_ bytes: [UInt8]) -> [String] {
        bytes.split { !($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) && !($0 >= 0x30 && $0 <= 0x39) && $0 < 0x80 }.lazy.filter { $0.count <= 10 }
            .map { String(decoding: $0, as: UTF8.self).lowercased() }
    }

    /// Tags that are taken away, their text kept. Those of a line or a paragraph leave a line's end.
    private static let removed: Set<String> = [
        "br", "p", "div", "span", "b", "i", "em", "strong", "u", "font", "center", "small", "big", "ul", "ol", "li", "h1", "h2", "h3", "h4",
        "h5", "h6",
        "blockquote",
    ]
    /// Tags that say something that their text alone does not: x<sup>2</sup> is not x2, and a link is not its words.
    private static let left: Set<String> = ["sup", "sub", "a", "img", "del", "s", "strike", "hr"]
    /// Tags that mean nothing without their end: a lone <b> may be anything.
    private static let paired: Set<String> = ["span", "b", "i", "em", "strong", "u", "font", "center", "small", "big"]

    /// The text without tags, its entities decoded; one layer of them.
    static func remove(_ text: String) -> String { HTMLEntities.decode(removeTags(text)) }

    private static func removeTags(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        let bytes = Array(text.utf8)
        let tags = MarkupTag.all(bytes).filter { $0.isWellFormed && removed.contains($0.name) }
        let closed = Set(tags.filter(\.isEnd).map(\.name))
        var result = [UInt8]()
        var place = 0
        for tag in tags where !paired.contains(tag.name) || closed.contains(tag.name) {
            // What follows a block was perhaps taken with it.
            if tag.range.lowerBound > place { result += bytes[place..<tag.range.lowerBound] }
            place = tag.range.upperBound
            guard let end = lineEnd(tag) else { continue }
            while let last = result.last, last == 0x20 || last == 0x09 { result.removeLast() }
            result += Array(end.utf8)
            while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
            if place < bytes.count, bytes[place] == 0x0A { place += 1 }
        }
        result += bytes[place...]
        return String(decoding: result, as: UTF8.self)
    }

    /// What stands in place of a tag of a line or a paragraph; nil for one within a line.
    private static func lineEnd(_ tag: MarkupTag) -> String? {
        switch tag.name {
        case _ where paired.contains(tag.name): nil
        case "br", "div", "ul", "ol": "\n"
        case "li": tag.isEnd ? "" : "\n- "
        default: "\n\n"
        }
    }
}

/// Something between angle brackets that begins like a tag.
struct MarkupTag {
    /// Bytes of a tag that are looked at.
    private static let mostBytes = 2000

    /// In small letters.
    let name: String
    let isEnd: Bool
    /// The name is followed by nothing but attributes with quoted values, so that "if a <b and c> d" has no tag.
    let isWellFormed: Bool
    /// With the brackets.
    let range: Range<Int>

    static func all(_ bytes: [UInt8]) -> [MarkupTag] {
        var found: [MarkupTag] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "<"), let tag = MarkupTag(bytes, at: place) {
                found.append(tag)
                place = tag.range.upperBound
            } else {
                place += 1
            }
        }
        return found
    }

    private init?(_ bytes: [UInt8], at start: Int) {
        var place = start + 1
        isEnd = place < bytes.count && bytes[place] == UInt8(ascii: "/")
        if isEnd { place += 1 }
        let nameStart = place
        while place < bytes.count, Self.isNamePart(bytes[place]) { place += 1 }
        guard place > nameStart, Self.isLetter(bytes[nameStart]) else { return nil }
        name = String(decoding: bytes[nameStart..<place], as: UTF8.self).lowercased()
        let inner = place
        while place < bytes.count, place - start < Self.mostBytes, bytes[place] != UInt8(ascii: "<"), bytes[place] != UInt8(ascii: ">") {
            place += 1
        }
        guard place < bytes.count, bytes[place] == UInt8(ascii: ">") else { return nil }
        range = start..<place + 1
        isWellFormed = Self.areAttributes(bytes[inner..<place])
    }

    private static func areAttributes(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while true {
            let spaces = rest.prefix { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A }
            rest = rest.dropFirst(spaces.count)
            guard let first = rest.first else { return true }
            if first == UInt8(ascii: "/") { return rest.count == 1 }
            let name = rest.prefix { isNamePart($0) }
            rest = rest.dropFirst(name.count)
            guard !spaces.isEmpty, isLetter(first), rest.popFirst() == UInt8(ascii: "="), let quote = rest.popFirst(),
                quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"), let end = rest.firstIndex(of: quote)
            else { return false }
            rest = rest[(end + 1)...]
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isLetter(byte) || (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ":")
            || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: ".")
    }
}
