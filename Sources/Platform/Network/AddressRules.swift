/// Which addresses of the network a server may be sent to by somebody else's URL: those of the public internet alone.
///
/// The tables are IANA's registries of special-purpose addresses (RFC 6890 and what was added to it since). Version 6 is turned round:
/// only 2000::/3 has been given out as public, so everything else is refused, known or not.
enum AddressRules {
    /// Why the address is not on the public internet, as the end of "its address … is"; nil when it is public.
    static func objection(to address: IPAddress) -> String? {
        address.bytes.count == 4 ? objection(toFour: address) : objection(toSix: address)
    }

    private static let fours: [(prefix: [UInt8], bits: Int, what: String)] = [
        ([0], 8, "unspecified"),
        ([10], 8, "private"),
        ([100, 64], 10, "shared by a provider's customers"),
        ([127], 8, "loopback"),
        ([169, 254], 16, "link-local"),
        ([172, 16], 12, "private"),
        ([192, 0, 0], 24, "reserved"),
        ([192, 0, 2], 24, "for documentation"),
        ([192, 88, 99], 24, "reserved"),
        ([192, 168], 16, "private"),
        ([198, 18], 15, "for benchmarks"),
        ([198, 51, 100], 24, "for documentation"),
        ([203, 0, 113], 24, "for documentation"),
        ([224], 4, "multicast"),
        ([240], 4, "reserved"),
    ]

    private static let sixes: [(prefix: [UInt8], bits: Int, what: String)] = [
        ([], 128, "unspecified"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], 96, "a version 4 address in disguise"),
        ([0xFC], 7, "private"),
        ([0xFE, 0x80], 10, "link-local"),
        ([0xFE, 0xC0], 10, "private"),
        ([0xFF], 8, "multicast"),
        // Inside 2000::/3, and still not public.
        ([0x20, 0x01, 0x00, 0x00], 32, "a tunnel"),
        ([0x20, 0x01, 0x00, 0x02, 0, 0], 48, "for benchmarks"),
        ([0x20, 0x01, 0x00, 0x10], 28, "reserved"),
        ([0x20, 0x01, 0x0D, 0xB8], 32, "for documentation"),
        ([0x3F, 0xFF, 0x00], 20, "for documentation"),
    ]

    private static func objection(toFour address: IPAddress) -> String? {
        fours.first { address.begins(with: $0.prefix, bits: $0.bits) }?.what
    }

    private static func objection(toSix address: IPAddress) -> String? {
        if let known = sixes.first(where: { address.begins(with: $0.prefix, bits: $0.bits) }) { return known.what }
        // Two public prefixes carry a version 4 address, which is where the packets end: NAT64 (RFC 6052) and 6to4 (RFC 3056).
        if address.begins(with: [0x00, 0x64, 0xFF, 0x9B], bits: 96) { return embedded(address.bytes[12..<16], by: "NAT64") }
        if address.begins(with: [0x20, 0x02], bits: 16) { return embedded(address.bytes[2..<6], by: "6to4") }
        return address.begins(with: [0x20], bits: 3) ? nil : "reserved"
    }

    private static func embedded(_ bytes: ArraySlice<UInt8>, by wrapping: String) -> String? {
        guard let inner = IPAddress(bytes: bytes), let what = objection(toFour: inner) else { return nil }
        return "\(what) (\(inner), wrapped by \(wrapping))"
    }
}
