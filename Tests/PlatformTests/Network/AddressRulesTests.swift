import Testing

@testable import Platform

/// Which addresses count as the public internet.
@Suite struct AddressRulesTests {
    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860:4860::8888", "2002:0808:0808::1", "64:ff9b::8.8.8.8",
    ]) func publicAddressesPass(_ text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressRules.objection(to: address) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0", "unspecified"), ("0.1.2.3", "unspecified"), ("10.0.0.1", "private"), ("10.255.255.255", "private"),
        ("100.64.0.1", "shared"), ("100.127.255.255", "shared"), ("127.0.0.1", "loopback"), ("127.255.255.254", "loopback"),
        ("169.254.0.1", "link-local"), ("169.254.169.254", "link-local"), ("172.16.0.1", "private"), ("172.31.255.255", "private"),
        ("192.0.0.8", "reserved"), ("192.0.2.1", "documentation"), ("192.88.99.1", "reserved"), ("192.168.0.1", "private"),
        ("192.168.255.255", "private"), ("198.18.0.1", "benchmarks"), ("198.19.255.255", "benchmarks"), ("198.51.100.7", "documentation"),
        ("203.0.113.7", "documentation"), ("224.0.0.1", "multicast"), ("239.255.255.250", "multicast"), ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"), ("::", "unspecified"), ("::1", "loopback"), ("::2", "reserved"), ("::127.0.0.1", "reserved"),
        ("::ffff:127.0.0.1", "disguise"), ("::ffff:8.8.8.8", "disguise"), ("::ffff:0:127.0.0.1", "reserved"), ("fc00::1", "private"),
        ("fd12:3456::1", "private"), ("fe80::1", "link-local"), ("febf::1", "link-local"), ("fec0::1", "private"), ("ff02::1", "multicast"),
        ("2001::1", "tunnel"), ("2001:0:7f00:1::1", "tunnel"), ("2001:2::1", "benchmarks"), ("2001:10::1", "reserved"),
        ("2001:db8::1", "documentation"), ("3fff::1", "documentation"), ("100::1", "reserved"), ("5f00::1", "reserved"),
        ("4000::1", "reserved"), ("2002:7f00:0001::1", "loopback"), ("2002:0a00:0001::1", "private"), ("2002:a9fe:a9fe::", "link-local"),
        ("64:ff9b::127.0.0.1", "loopback"), ("64:ff9b::10.1.2.3", "private"), ("64:ff9b::169.254.169.254", "link-local"),
        ("64:ff9b:1::8.8.8.8", "reserved"),
    ]) func everythingElseIsRefusedWithItsKind(_ text: String, _ kind: String) throws {
        let address = try #require(IPAddress(text))
        let what = try #require(AddressRules.objection(to: address), "\(text) passes")
        #expect(what.contains(kind), "\(text) is \(what)")
    }

    @Test(arguments: ["", "1", "127.1", "0177.0.0.1", "2130706433", "0x7f000001", "1.2.3.4.5", "1.2.3.256", "[::1]", "fe80::1%eth0", "::g"])
    func onlyTheUsualFormIsAnAddress(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func anAddressIsWrittenAsItIsRead() throws {
        for text in ["10.0.0.1", "::1", "2606:4700::1111"] {
            let address = try #require(IPAddress(text))
            #expect(address.description == text)
        }
    }
}
