/// The sites that datasets come from and go to by name. Other base addresses let a mirror, or a test's own server, stand in.
package struct RemoteSites: Sendable {
    package static let defaultHuggingFace = WebAddress(isSecure: true, host: "huggingface.co", port: 443, path: "/", query: nil)
    package static let defaultKaggle = WebAddress(isSecure: true, host: "www.kaggle.com", port: 443, path: "/", query: nil)

    package var huggingFace = RemoteSites.defaultHuggingFace
    package var kaggle = RemoteSites.defaultKaggle

    package init() {}

    /// Whether an address is a page of Hugging Face; its short host counts while the real one is meant.
    func isHuggingFace(_ address: WebAddress) -> Bool {
        Self.isSame(address, huggingFace)
            || (huggingFace == Self.defaultHuggingFace && ["hf.co", "www.huggingface.co"].contains(address.host))
    }

    /// Whether an address is a page of Kaggle.
    func isKaggle(_ address: WebAddress) -> Bool {
        Self.isSame(address, kaggle) || (kaggle == Self.defaultKaggle && address.host == "kaggle.com")
    }

    /// Where Kaggle's API answers: on a host of its own for the real site, below `/api/v1` of any other, as its official client has it.
    var kaggleAPI: WebAddress {
        kaggle == Self.defaultKaggle ? kaggle.on(host: "api.kaggle.com").at(path: ["v1"]) : kaggle.at(path: ["api", "v1"])
    }

    /// Host and port decide, not the scheme: a page is never fetched itself, and what is fetched goes to the configured address.
    private static func isSame(_ address: WebAddress, _ site: WebAddress) -> Bool {
        let usual = [80, 443]
        return address.host == site.host && (address.port == site.port || (usual.contains(address.port) && usual.contains(site.port)))
    }
}
