/// Characters written as entities of HTML.
enum HTMLEntities {
    /// Characters between the ampersand and the semicolon.
    private static let longest = 9

    /// The text with each entity that is closed with a semicolon and known as its character; what was escaped twice is escaped once then.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        let bytes = Array(text.utf8)
        var result = [UInt8]()
        result.reserveCapacity(bytes.count)
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "&"),
                let end = bytes[place...].prefix(longest + 2).firstIndex(of: UInt8(ascii: ";")),
                let character = character(String(decoding: bytes[place + 1..<end], as: UTF8.self))
            {
                result += Array(character.utf8)
                place = end + 1
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func character(_ name: String) -> String? {
        guard name.hasPrefix("#") else { return named[name] }
        let digits = name.dropFirst()
        let value = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        guard let value else { return nil }
        // Browsers read numbers of control characters as Windows-1252.
        let meant = (0x80..<0xA0).contains(value) ? Mojibake.windows[Int(value - 0x80)] : value
        guard meant >= 0x20 || meant == 9 || meant == 10, let scalar = Unicode.Scalar(meant) else { return nil }
        return String(Character(scalar))
    }

    private static let named: [String: String] = {
        var named = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "hellip": "…", "mdash": "—", "ndash": "–",
            "lsquo": "‘",
            "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "lsaquo": "‹", "rsaquo": "›", "bull": "•", "trade": "™",
            "euro": "€",
            "minus": "−", "le": "≤", "ge": "≥", "ne": "≠", "rarr": "→", "larr": "←", "prime": "′", "permil": "‰", "OElig": "Œ",
            "oelig": "œ", "Scaron": "Š",
            "scaron": "š", "zwnj": "\u{200C}", "zwj": "\u{200D}", "ensp": "\u{2002}", "emsp": "\u{2003}", "thinsp": "\u{2009}",
        ]
        // The names of Latin-1 in the order of its characters.
        let latin =
            "iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml"
        for (place, name) in latin.split(separator: " ").enumerated() {
            named[String(name)] = Unicode.Scalar(UInt32(0xA1 + place)).map { String(Character($0)) }
        }
        return named
    }()
}
