import Foundation

/// The outer form of every cursor: base64 in the alphabet of URLs, without padding.
enum Cursor {
    static let refusal = PlatformError.malformed("cursor is not one that this list issued: leave it out to begin at the start.")

    static func encode(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// Nil when the text is not of this form.
    static func decode(_ cursor: String) -> Data? {
        var text = cursor.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text)
    }
}
