import Foundation

/// An address of the network layer: 4 bytes for version 4, 16 for version 6.
package struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    /// In network order.
    let bytes: [UInt8]

    /// - Parameter bytes: 4 or 16 of them; anything else is nil.
    init?(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        if self.bytes.count != 4 && self.bytes.count != 16 { return nil }
    }

    /// Reads the usual text form: four decimal numbers, or RFC 4291 without brackets and without a zone. Nil for anything else, such as
    /// the short and octal forms that some programs take for addresses.
    package init?(_ text: String) {
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: four) { Array($0) }
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            bytes = withUnsafeBytes(of: six) { Array($0) }
        } else {
            return nil
        }
    }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        _ = inet_ntop(family, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether the first `length` bits are those of `prefix`, which is written as an address.
    func begins(with prefix: [UInt8], bits length: Int) -> Bool {
        guard bytes.count >= prefix.count || length <= bytes.count * 8 else { return false }
        for bit in 0..<length {
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            let wanted = bit / 8 < prefix.count ? prefix[bit / 8] & mask : 0
            if bytes[bit / 8] & mask != wanted { return false }
        }
        return true
    }
}
