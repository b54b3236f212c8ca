/// Numbers by chance that are the same in every run (SplitMix64; Steele, Lea and Flood, 2014), and texts made of them.
struct SeededNumbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// 0 and more, less than `limit`; 0 when that is 0.
    mutating func next(_ limit: Int) -> Int { limit == 0 ? 0 : Int(next() % UInt64(limit)) }

    mutating func element<Element>(of elements: [Element]) -> Element { elements[next(elements.count)] }

    /// A word of 3 to 9 small letters.
    mutating func word() -> String {
        let count = 3 + next(7)
        return String(decoding: (0..<count).map { _ in UInt8(97 + next(26)) }, as: UTF8.self)
    }

    mutating func words(_ count: Int) -> [String] { (0..<count).map { _ in word() } }

    /// Characters of many scripts, marks and spaces, one behind the other.
    mutating func text(of count: Int) -> String {
        let pieces = [
            "a", "B", "e", "Z", " ", "  ", "\n", "\r\n", "\t", ".", "?", "1", "7", "é", "É", "\u{301}", "\u{308}", "ß", "ﬁ", "Ã", "â", "€",
            "”", "’", "—",
            "中", "文", "か", "\u{3099}", "ガ", "한", "\u{1112}", "\u{1161}", "Ж", "ё", "İ", "ı", "Σ", "ς", "\u{A0}", "\u{AD}", "\u{200B}",
            "\u{FEFF}", "½", "²", "Ａ",
            "。", "؟", "٣", "😀", "👍🏽", "\u{200D}", "\u{2028}", "&amp;", "&#39;", "<br>", "<p>", "</p>", "`", "```", "\u{1}", "\u{85}",
            "\u{81}", "Â", "<", ">",
        ]
        return (0..<count).map { _ in element(of: pieces) }.joined()
    }
}
