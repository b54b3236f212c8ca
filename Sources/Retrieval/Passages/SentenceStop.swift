/// One run of full stops, exclamation or question marks, and the question whether a sentence ends there.
struct SentenceStop {
    let scalars: [Unicode.Scalar]
    /// Where the sentence so far began.
    let sentenceStart: Int
    /// The stops themselves.
    let stops: Range<Int>
    /// After the closing quotes and brackets that follow the stops.
    let end: Int

    var endsSentence: Bool {
        guard end < scalars.count else { return true }
        guard scalars[end].isSpace else { return false }
        var next = end
        while next < scalars.count, scalars[next].isSpace { next += 1 }
        guard next < scalars.count else { return true }
        var letter = next
        while letter < scalars.count, Self.openers.contains(scalars[letter]) { letter += 1 }
        guard letter < scalars.count else { return true }
        if scalars[letter].isLowercaseLetter { return false }
        if stops.count > 1 || scalars[stops.lowerBound] != "." { return true }
        return fullStopEnds(before: letter)
    }

    private static let openers: Set<Unicode.Scalar> = [
        "\"", "'", "“", "„", "‘", "‚", "«", "‹", "(", "[", "{", "¿", "¡", "「", "『", "*", "_",
    ]

    /// A single full stop followed by white space and no lower-case letter.
    private func fullStopEnds(before next: Int) -> Bool {
        let word = wordBefore()
        guard !word.isEmpty else { return true }
        let text = word.lowercased()
        if Self.neverEnding.contains(text) { return false }
        if Self.beforeNumbers.contains(text) { return !scalars[next].isASCIIDigit }
        if word.unicodeScalars.allSatisfy(\.isASCIIDigit) {
            if stops.lowerBound - word.unicodeScalars.count <= firstInk { return false }  // A list number: "1. Open the lid."
            return word.utf8.count > 2 || !Self.months.contains(wordAfter(next))  // A day: "am 3. Oktober".
        }
        let isInitial = word.unicodeScalars.count == 1 && word.unicodeScalars.allSatisfy(\.isUppercaseLetter)
        let isAcronym = word.contains(".") && word.split(separator: ".").allSatisfy { $0.unicodeScalars.count == 1 }
        if isInitial || isAcronym || Self.perhapsEnding.contains(text) { return Self.starters.contains(wordAfter(next)) }
        return true
    }

    /// The offset of the sentence's first scalar that is not white space.
    private var firstInk: Int {
        var index = sentenceStart
        while index < stops.lowerBound, scalars[index].isSpace { index += 1 }
        return index
    }

    /// The letters, digits and inner full stops just before the stop; at most 12, because no abbreviation is longer.
    private func wordBefore() -> String {
        var start = stops.lowerBound
        while start > sentenceStart, stops.lowerBound - start < 13, isPartOfWord(scalars[start - 1]) || scalars[start - 1] == "." {
            start -= 1
        }
        if stops.lowerBound - start > 12 { return "-" }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[start..<stops.lowerBound])
        return String(view)
    }

    private func wordAfter(_ start: Int) -> String {
        var view = String.UnicodeScalarView()
        for scalar in scalars[start...].prefix(16) {
            guard isPartOfWord(scalar) else { break }
            view.append(scalar)
        }
        return String(view).lowercased()
    }

    private func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool { scalar.isLetterOrNumber || scalar.isMark }

    private static func list(_ words: String) -> Set<String> { Set(words.split(whereSeparator: \.isWhitespace).map(String.init)) }

    /// Abbreviations that something always follows.
    private static let neverEnding = list(
        """
        dr mr mrs ms messrs prof st sen rep gen col capt lt sgt rev hon gov pres mt ft vs e.g i.e eg ie cf viz approx ca resp incl excl
        esp al z.b d.h u.a o.ä bzw vgl hr fr frau evtl ggf sog mme mlle sra srta dott sig avv dhr mevr bijv d.w.z p.ej p.ex t.ex bl.a
        f.eks т.е т.к см jan feb apr aug sept oct nov dec
        """)

    /// Abbreviations only before a number; otherwise ordinary words or endings.
    private static let beforeNumbers = list(
        "no nos nr num fig figs eq eqs vol vols p pp s art arts sec sect ch chap par abs ziff kap tab bd ref refs ver")

    /// Abbreviations that may also end a sentence; then the next word must be one that begins sentences.
    private static let perhapsEnding = list(
        "etc inc ltd co corp llc jr sr bros dept univ est u.s u.k a.m p.m ph.d m.d b.a m.a usw u.s.w ed eds gmbh")

    /// Words that begin sentences far more often than names.
    private static let starters = list(
        """
        the a an in on at it this that these those he she they we i you but and or if when while as for from to by with there here its his
        her their our no not after before since although however also then what who why how where der die das ein eine es er sie wir ich
        in im am und aber wenn als für von zu mit dies diese le la les un une il elle ils elles nous vous je ce cette dans en et mais si
        el los las una lo o os as um uma de het een
        """)

    private static let months = list(
        """
        januar jänner februar märz april mai juni juli august september oktober november dezember january february march may june july
        october december januari februari mars maj augusti marts maart mei augustus
        """)
}
