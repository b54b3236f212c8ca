import CPostgres

/// Where a PostgreSQL server is, as a libpq URI; its password appears in no text that leaves this type.
struct PostgresAddress: Sendable, CustomStringConvertible {
    /// The URI with everything in it, for libpq alone.
    let url: String
    private let password: String

    /// Throws `StorageError.unavailable` if libpq cannot read the URI; what libpq says about it is left out, because it quotes the URI.
    init(_ url: String) throws(StorageError) {
        guard let options = PQconninfoParse(url, nil) else {
            throw .unavailable("the database URL is not of the form postgres://user:password@host:port/database")
        }
        defer { PQconninfoFree(options) }
        var password = ""
        var option = options
        while let keyword = option.pointee.keyword {
            if String(cString: keyword) == "password", let value = option.pointee.val { password = String(cString: value) }
            option += 1
        }
        self.url = url
        self.password = password
    }

    /// `message` without the password or the whole URI, in case a library quotes them.
    func redacted(_ message: String) -> String {
        var text = Substring(message)
        for secret in [url, password] where !secret.isEmpty {
            text = Substring(text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "•••"))
        }
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Nothing of the URI, so that no log shows its password.
    var description: String { "postgres://•••" }
}
