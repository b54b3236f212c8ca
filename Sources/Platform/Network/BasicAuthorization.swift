import Foundation

/// `Authorization` with a user name and a password (RFC 7617).
enum BasicAuthorization {
    static func header(_ username: String, _ password: String) -> String {
        "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
    }
}
