import Foundation
package import Storage
import Synchronization

/// The id of one kind of thing: lowercase UUID text, made as version 7 so that ids sort by the moment they were made.
///
/// The subject is a phantom type: a `ModelID` cannot be passed where a `DatasetID` is wanted.
package struct Identifier<Subject>: Hashable, Sendable, Codable, CustomStringConvertible, SQLBindable {
    /// The text as stored and as sent.
    package let text: String

    /// Takes any text: an id that nobody issued simply finds nothing.
    package init(_ text: String) { self.text = text }

    package init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decode(String.self) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
    package var sqlValue: SQLValue { .text(text) }

    /// A new id. Within one process ids rise even inside one millisecond.
    package static func make(at now: Timestamp) -> Self { Self(UUIDVersion7.make(at: now)) }
}

/// UUID version 7 (RFC 9562 §5.7): 48 bits of milliseconds, 12 bits of counter, 62 random bits.
enum UUIDVersion7 {
    private struct Last { var milliseconds: Int64 = 0; var counter: UInt16 = 0 }
    private static let last = Mutex(Last())

    static func make(at now: Timestamp) -> String {
        let (milliseconds, counter) = last.withLock { last in
            if now.milliseconds > last.milliseconds {
                last.milliseconds = now.milliseconds
                last.counter = UInt16.random(in: 0...0x3FF)
            } else if last.counter < 0xFFF {
                last.counter += 1
            } else {
                last.milliseconds += 1
                last.counter = 0
            }
            return (last.milliseconds, last.counter)
        }
        let time = UInt64(bitPattern: milliseconds)
        let high = time << 16 | 0x7000 | UInt64(counter)
        let low = UInt64.random(in: 0...UInt64.max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUIDText.render(high: high, low: low)
    }
}

/// The 8-4-4-4-12 form of 128 bits, and the check whether a text has that form.
package enum UUIDText {
    static func render(high: UInt64, low: UInt64) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(36)
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 { digits.append(UInt8(ascii: "-")) }
            let word = index < 16 ? high : low
            digits.append(Hexadecimal.digits[Int(word >> (60 - UInt64(index % 16) * 4) & 0xF)])
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// Whether `text` is a UUID in the 8-4-4-4-12 form, of any case and version.
    package static func isValid(_ text: String) -> Bool { text.utf8.count == 36 && UUID(uuidString: text) != nil }
}
