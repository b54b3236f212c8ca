/// The languages that can be told from a text: those of the Latin alphabet by their function words and letters, the others by their script.
enum WrittenLanguage: UInt8, CaseIterable, Codable, Sendable {
    case english, german, french, spanish, italian, portuguese, dutch, swedish, danish, polish, czech, romanian, turkish, finnish, hungarian
    case vietnamese, indonesian
    case russian, ukrainian, greek, arabic, persian, hebrew, hindi, thai, chinese, japanese, korean

    /// How many are written in Latin letters; they come first.
    static let latinCount = Int(indonesian.rawValue) + 1

    /// Scandinavian languages share too many function words for one to be wrong where the other is right; the same holds for each of these.
    func isNear(_ other: WrittenLanguage) -> Bool {
        if self == other { return true }
        return Self.near.contains { $0.contains(self) && $0.contains(other) }
    }

    private static let near: [Set<WrittenLanguage>] = [
        [.swedish, .danish], [.spanish, .portuguese], [.polish, .czech], [.russian, .ukrainian], [.arabic, .persian],
        [.chinese, .japanese],
    ]

    /// What the language is called in prompts that ask for a translation, small letters, in the languages of `FunctionWords`.
    static let names = [
        "english", "german", "french", "spanish", "italian", "portuguese", "dutch", "swedish", "danish", "norwegian", "polish", "czech",
        "romanian", "turkish", "finnish", "hungarian", "vietnamese", "indonesian", "russian", "ukrainian", "greek", "arabic", "persian",
        "hebrew", "hindi", "thai", "chinese", "mandarin", "japanese", "korean", "latin", "language", "translate", "translation",
        "translated",
        "englisch", "englische", "englischen", "deutsch", "deutsche", "deutschen", "französisch", "französische", "spanisch", "spanische",
        "italienisch", "italienische", "portugiesisch", "niederländisch", "russisch", "chinesisch", "japanisch", "übersetze", "übersetzen",
        "übersetzung", "sprache", "anglais", "anglaise", "allemand", "français", "française", "espagnol", "italien", "portugais",
        "néerlandais", "russe", "chinois", "japonais", "traduire", "traduis", "traduisez", "traduction", "langue", "inglés", "alemán",
        "francés", "español", "italiano", "portugués", "neerlandés", "ruso", "chino", "japonés", "traduce", "traducir", "traduzca",
        "traducción", "idioma", "inglese", "tedesco", "francese", "spagnolo", "portoghese", "olandese", "russo", "cinese", "giapponese",
        "traduci", "tradurre", "traduzione", "lingua", "inglês", "alemão", "francês", "espanhol", "português", "holandês", "chinês",
        "japonês", "traduza", "traduzir", "tradução", "língua", "engels", "duits", "frans", "spaans", "italiaans", "portugees",
        "nederlands",
        "russisch", "chinees", "japans", "vertaal", "vertalen", "vertaling", "taal", "переведи", "переведите", "перевод", "английский",
        "английском", "немецкий", "французский", "испанский",
    ]
    private static let nameHashes = HashTable(Dictionary(names.map { (TextHash.of($0), true) }) { first, _ in first })
    /// The same in scripts without words to look up.
    private static let nameParts = ["翻译", "翻譯", "英文", "英语", "中文", "法语", "德语", "日语", "西班牙语", "訳", "英語", "日本語", "ترجم"]

    /// Whether a text speaks of languages or of translating, so that an answer in another language may be wanted.
    static func isSpokenOf(in scan: TextScan) -> Bool {
        if scan.words.contains(where: { nameHashes[$0.hash] != nil }) { return true }
        guard let script = scan.mainScript, script.isUnspaced || script == .arabic else { return false }
        let text = String(decoding: scan.bytes, as: UTF8.self)
        return nameParts.contains(where: text.contains)
    }
}
