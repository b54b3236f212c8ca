/// Bytes as people and protocols write them: two lowercase digits each.
package enum Hexadecimal {
    package static let digits = Array("0123456789abcdef".utf8)

    /// The text of the bytes, twice as long as they are many.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
    }
}
