import Storage

extension PlatformError {
    /// Whatever was thrown, in the product's words: what may pass by itself is `unavailable`, what nobody foresaw is `internal`.
    package static func wrapping(_ error: any Error) -> PlatformError {
        switch error {
        case let error as PlatformError: error
        case StorageError.busy: .unavailable("The server has more to write than it can: try again.", retryAfterSeconds: 1)
        case StorageError.unavailable: .unavailable("The database does not answer: try again.", retryAfterSeconds: 5)
        case StorageError.invalidText: .invalid(["body"], "Text must not contain U+0000.")
        case BlobError.unavailable: .unavailable("The server cannot store or read files right now: try again.", retryAfterSeconds: 5)
        default: .internal("\(error)")
        }
    }
}
