/// Line ends, invisible characters, spaces at the ends of lines, empty lines.
enum WhitespaceRules {
    /// Every kind of line end as "\n"; also in code.
    static func lineEnds(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0 == "\r" }) else { return text }
        var result = String.UnicodeScalarView()
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if scalar == "\r" {
                result.append("\n")
            } else if scalar != "\n" || last != "\r" {
                result.append(scalar)
            }
            last = scalar
        }
        return String(result)
    }

    /// Makes plain spaces of no-break ones and takes away what nobody sees. Joiners stay where they join (Persian, Indic scripts, emoji), and so do
    /// marks of direction, ideographic and typographic spaces.
    static func characters(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        let scalars = Array(text.unicodeScalars)
        for (place, scalar) in scalars.enumerated() {
            switch scalar.value {
            case 0x09, 0x0A: result.append(scalar)
            case 0x0B, 0x0C, 0x85, 0x2028, 0x2029: result.append("\n")
            case 0x00..<0x20, 0x7F..<0xA0: break
            case 0xA0, 0x2007, 0x202F: result.append(" ")
            case 0xAD, 0x200B, 0x2060, 0xFEFF: break
            case 0x200C, 0x200D:
                let isBetweenOthers =
                    place > 0 && place + 1 < scalars.count && !scalars[place - 1].isASCII && !scalars[place + 1].isASCII
                if isBetweenOthers { result.append(scalar) }
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Takes away spaces at the ends of lines, all but one of several empty lines, and empty lines at both ends; not between fences.
    static func lines(_ pieces: [ProsePiece]) -> String {
        var lines: [(text: Substring, isFenced: Bool)] = []
        // Pieces that are no fence may end within a line.
        var open = ""
        func close() {
            lines += ProsePiece.linesWithEnds(open).map { ($0, false) }
            open = ""
        }
        for piece in pieces {
            if piece.kind == .fence {
                close()
                lines += ProsePiece.linesWithEnds(piece.text).map { ($0, true) }
            } else {
                open += piece.text
            }
        }
        close()
        var result = ""
        // As if an empty line stood before the text.
        var isAfterEmpty = true
        for (line, isFenced) in lines {
            if isFenced {
                result += line
                isAfterEmpty = false
                continue
            }
            var scalars = line.unicodeScalars
            let hasEnd = scalars.last == "\n"
            while let last = scalars.last, last == "\n" || last == " " || last == "\t" { scalars.removeLast() }
            if scalars.isEmpty, isAfterEmpty { continue }
            isAfterEmpty = scalars.isEmpty
            result.unicodeScalars.append(contentsOf: scalars)
            if hasEnd { result.unicodeScalars.append("\n") }
        }
        if lines.last?.isFenced != true {
            while let last = result.unicodeScalars.last, last == "\n" || last == " " || last == "\t" { result.unicodeScalars.removeLast() }
        } else {
            while result.unicodeScalars.last == "\n" { result.unicodeScalars.removeLast() }
        }
        return result
    }
}
