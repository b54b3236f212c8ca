import Testing

@testable import Platform

/// URLs in one normal form.
@Suite struct WebAddressTests {
    @Test(arguments: [
        ("https://example.com/data.csv", "https://example.com/data.csv"),
        ("HTTPS://EXAMPLE.com:443/A%20b?x=1#part", "https://example.com/A%20b?x=1"),
        ("http://example.com:80", "http://example.com/"), ("http://example.com:443/x", "http://example.com:443/x"),
        ("http://bücher.example/ü", "http://xn--bcher-kva.example/%C3%BC"), ("http://[::1]:90/a", "http://[::1]:90/a"),
        ("http://[2606:4700::1111]/", "http://[2606:4700::1111]/"), ("http://a/b%2Fc?d=%2F", "http://a/b%2Fc?d=%2F"),
        ("http://１２７.0.0.1/", "http://127.0.0.1/"), ("http://a_b.example./", "http://a_b.example./"),
    ]) func normalForm(_ text: String, _ expected: String) throws {
        #expect(try WebAddress(text).text == expected)
    }

    @Test(arguments: [
        ("", "not a URL"), ("example.com/data.csv", "not a URL"), ("//example.com/x", "not a URL"),
        ("ftp://example.com/x", "begins with ftp:"),
        ("file:///etc/passwd", "begins with file:"), ("s3://bucket/key.csv", "begins with s3:"),
        ("javascript:alert(1)", "begins with javascript:"),
        ("http://", "no host"), ("http:///x", "no host"), ("http://user@example.com/", "user name or password"),
        ("http://user:secret@example.com/", "user name or password"), ("http://:secret@example.com/", "user name or password"),
        ("http://127.0.0.1\\@example.com/", "backslash"), ("http://example.com/a\nb", "control character"),
        ("http://exa\tmple.com/", "control character"), ("http://example.com:0/", "port 0"), ("http://example.com:65536/", "port 65536"),
        ("http://[fe80::1%25eth0]/", "not an address"), ("http://[127.0.0.1]/", "not an address"), ("http://exa%6dple.com/", "host"),
        ("http://a b/", "not a URL"),
    ]) func whatIsWrongIsSaid(_ text: String, _ part: String) {
        do throws(WebAddressFault) {
            let address = try WebAddress(text)
            // A percent-encoded host may be decoded instead: then it is the name it stands for.
            #expect(text.contains("%6d") && address.host == "example.com", "\(text) became \(address.text)")
        } catch {
            #expect(error.description.contains(part), "\(text): \(error)")
            #expect(!error.description.contains("secret"))
        }
    }

    @Test func tooLongAUrlIsRefused() {
        #expect(throws: WebAddressFault.self) { try WebAddress("http://example.com/" + String(repeating: "a", count: WebAddress.longest)) }
    }

    @Test(arguments: [
        ("/x?y", "http://a:81/x?y"), ("x", "http://a:81/b/x"), ("../x", "http://a:81/x"), ("//c/d", "http://c/d"),
        ("https://c/d", "https://c/d"),
        ("?q=1", "http://a:81/b/c?q=1"),
    ]) func aLocationIsTakenFromWhereItWasAnswered(_ location: String, _ expected: String) throws {
        #expect(try WebAddress("http://a:81/b/c").following(location).text == expected)
    }

    @Test func messagesShowNoQuery() throws {
        #expect("\(try WebAddress("https://store.example/x.csv?X-Amz-Signature=secret"))" == "https://store.example/x.csv")
    }

    @Test func addedSegmentsAndQueriesAreEncoded() throws {
        let address = try WebAddress("http://a/base/").at(path: ["x y", "a/b", "ü", ".."]).with(query: [("k", "a=b&c"), ("e", "")])
        #expect(address.text == "http://a/base/x%20y/a%2Fb/%C3%BC/..?k=a%3Db%26c&e=")
    }
}
