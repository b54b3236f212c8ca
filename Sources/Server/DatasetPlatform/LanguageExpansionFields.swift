import Foundation
import Platform

/// Checks the wish for rows in further languages (contract B §3.7, §4.5), which this server does not fulfil yet.
enum LanguageExpansionFields {
    private static let kinds = ["translate", "localize"]
    private static let sampleRates = 0.01...1.0
    /// Scripts are told apart for Chinese alone.
    private static let languages = Set(Locale.LanguageCode.isoLanguageCodes.map { $0.identifier.lowercased() } + ["zh-hans", "zh-hant"])
    private static let countries = Set(Locale.Region.isoRegions.map { $0.identifier.lowercased() })

    /// Notes everything that is wrong in `language_expansion`; true if the wish is there.
    static func check(_ fields: Fields) -> Bool {
        guard let given = fields.object("language_expansion").given else { return false }
        let inner = Fields(given, at: fields.location + ["language_expansion"])
        let kind = inner.string("type", length: 1...100).given
        if !kinds.contains(kind ?? ""), !inner.isNoted("type") { inner.note("type", "must be translate or localize.", .value) }
        if inner.number("sample_rate", range: sampleRates).given == nil, !inner.isNoted("sample_rate") {
            inner.note("sample_rate", "is required: the share of the rows, 0.01 to 1.", .missing)
        }
        switch kind {
        case "translate":
            checkLanguages(inner)
            if inner.has("pairs") { inner.note("pairs", "belongs to localize: translate takes languages.", .value) }
        case "localize":
            checkPairs(inner)
            if inner.has("languages") { inner.note("languages", "belongs to translate: localize takes pairs.", .value) }
        default: break
        }
        fields.adopt(inner)
        return true
    }

    private static func checkLanguages(_ inner: Fields) {
        let entries = inner.array("languages").given ?? []
        if entries.isEmpty, !inner.isNoted("languages") {
            inner.note("languages", "must name at least one language, such as \"de\".", .missing)
        }
        for entry in entries { checkLanguage(entry, "languages", inner) }
    }

    private static func checkPairs(_ inner: Fields) {
        let entries = inner.array("pairs").given ?? []
        if entries.isEmpty, !inner.isNoted("pairs") {
            inner.note("pairs", "must name at least one pair, such as {\"country\": \"AT\", \"language\": \"de\"}.", .missing)
        }
        for entry in entries {
            guard case .object(let pair) = entry, case .string(let country)? = pair["country"], let language = pair["language"] else {
                inner.note("pairs", "must be an array of objects with country and language.", .type)
                continue
            }
            if !countries.contains(country.lowercased()) {
                inner.note("pairs", "has an unknown country, \"\(country)\": use codes such as AT, BR, CH, IN, JP.", .value)
            }
            checkLanguage(language, "pairs", inner)
        }
    }

    private static func checkLanguage(_ entry: JSONValue, _ name: String, _ inner: Fields) {
        guard case .string(let code) = entry else { return inner.note(name, "must have languages as text.", .type) }
        if !languages.contains(code.lowercased()) {
            inner.note(name, "has an unknown language, \"\(code)\": use codes such as de, es, fil, pt, zh-Hans.", .value)
        }
    }
}
