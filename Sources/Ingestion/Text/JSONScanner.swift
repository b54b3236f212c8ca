/// Walks over JSON (RFC 8259) in memory and checks it on the way; it says where values are and copies nothing.
///
/// It only knows that something is wrong, not what: `JSONGrammar`, which is slower, then finds the place and the words.
struct JSONScanner {
    private let bytes: UnsafePointer<UInt8>
    private let end: Int
    private let depthLimit: Int

    /// Where it is.
    private(set) var place: Int

    /// Whether each open bracket of the value that is being walked over is an object's.
    private var open: [Bool] = []

    /// A scanner over the places `start..<end`, which must be valid UTF-8 and outlive it.
    init(_ bytes: UnsafePointer<UInt8>, start: Int, end: Int, depthLimit: Int) {
        self.bytes = bytes
        self.end = end
        self.depthLimit = depthLimit
        place = start
    }

    /// Starts again at another place.
    mutating func move(to place: Int) {
        self.place = place
    }

    /// The next byte after white space; `nil` at the end.
    @inline(__always) mutating func peek() -> UInt8? {
        while place < end {
            let byte = bytes[place]
            if byte > 0x20 || !JSONGrammar.isSpace(byte) { return byte }
            place += 1
        }
        return nil
    }

    /// Passes one byte after white space if it is the wanted one.
    @inline(__always) mutating func pass(_ wanted: UInt8) -> Bool {
        guard peek() == wanted else { return false }
        place += 1
        return true
    }

    /// Passes a string whose opening quote is the next byte, and says where its inside is; `nil` if it is not valid.
    @inline(__always) mutating func string() -> RawCell? {
        guard place < end, bytes[place] == 0x22 else { return nil }
        place += 1
        let start = place
        var kind = RawCell.Kind.plainString
        while true {
            place = ByteScan.stringSpecial(bytes, place, end)
            guard place < end else { return nil }
            switch bytes[place] {
            case 0x22:
                place += 1
                return RawCell(kind: kind, start: start, end: place - 1)
            case 0x5C:
                kind = .escapedString
                guard passEscape() else { return nil }
            default:
                return nil
            }
        }
    }

    /// Passes a value of any kind and says where it is; `nil` if it is not valid. `outerDepth` brackets are open around it.
    mutating func value(outerDepth: Int) -> RawCell? {
        guard let first = peek() else { return nil }
        let start = place
        switch first {
        case 0x22: return string()
        case 0x7B, 0x5B:
            guard passNested(outerDepth: outerDepth) else { return nil }
            return RawCell(kind: .nested, start: start, end: place)
        case 0x6E:
            return passLiteral("null") ? .null : nil
        default:
            guard passScalar(first) else { return nil }
            return RawCell(kind: .scalar, start: start, end: place)
        }
    }

    private mutating func passEscape() -> Bool {
        guard place + 1 < end else { return false }
        let escape = bytes[place + 1]
        place += 2
        switch escape {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return true
        case 0x75:
            guard place + 4 <= end else { return false }
            for _ in 0..<4 {
                guard JSONGrammar.hexValue(bytes[place]) != nil else { return false }
                place += 1
            }
            return true
        default: return false
        }
    }

    private mutating func passScalar(_ first: UInt8) -> Bool {
        switch first {
        case 0x74: passLiteral("true")
        case 0x66: passLiteral("false")
        default: passNumber()
        }
    }

    private mutating func passLiteral(_ word: StaticString) -> Bool {
        guard place + word.utf8CodeUnitCount <= end else { return false }
        for index in 0..<word.utf8CodeUnitCount where bytes[place + index] != word.utf8Start[index] { return false }
        place += word.utf8CodeUnitCount
        return true
    }

    private mutating func passNumber() -> Bool {
        if place < end, bytes[place] == 0x2D { place += 1 }
        if place < end, bytes[place] == 0x30 {
            place += 1
        } else {
            guard passDigits() else { return false }
        }
        if place < end, bytes[place] == 0x2E {
            place += 1
            guard passDigits() else { return false }
        }
        if place < end, bytes[place] | 0x20 == 0x65 {
            place += 1
            if place < end, bytes[place] == 0x2B || bytes[place] == 0x2D { place += 1 }
            guard passDigits() else { return false }
        }
        return true
    }

    private mutating func passDigits() -> Bool {
        let start = place
        while place < end, bytes[place] >= 0x30, bytes[place] <= 0x39 { place += 1 }
        return place > start
    }

    /// An array or object, with a stack of its own: a file decides how deep it is, and may not decide how much stack is used.
    private mutating func passNested(outerDepth: Int) -> Bool {
        open.removeAll(keepingCapacity: true)
        while let byte = peek() {
            switch byte {
            case 0x7B, 0x5B:
                guard outerDepth + open.count < depthLimit else { return false }
                open.append(byte == 0x7B)
                place += 1
                let closing: UInt8 = byte == 0x7B ? 0x7D : 0x5D
                if peek() == closing {
                    place += 1
                    open.removeLast()
                } else {
                    if byte == 0x7B, !passKey() { return false }
                    continue
                }
            case 0x22:
                guard string() != nil else { return false }
            case 0x6E:
                guard passLiteral("null") else { return false }
            default:
                guard passScalar(byte) else { return false }
            }
            // A value has ended: closing brackets may follow, then a comma and, in an object, a key.
            while let isObject = open.last {
                guard let next = peek() else { return false }
                if next == 0x2C {
                    place += 1
                    if isObject, !passKey() { return false }
                    break
                }
                guard next == (isObject ? 0x7D : 0x5D) else { return false }
                place += 1
                open.removeLast()
            }
            if open.isEmpty { return true }
        }
        return false
    }

    private mutating func passKey() -> Bool {
        guard peek() == 0x22, string() != nil else { return false }
        return pass(0x3A)
    }
}
