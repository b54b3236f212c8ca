package import Platform

/// The keys of every test's installation, unless a test brings its own.
package enum TestKeys {
    /// - Parameter byte: of which the secret consists.
    package static func installation(_ byte: UInt8 = 0x5E) throws -> InstallationKeys {
        try InstallationKeys(secret: [UInt8](repeating: byte, count: InstallationKeys.secretSize))
    }
}
