import Crypto
import Foundation
import Platform
import Storage

/// The folder for everything that a server keeps on its own disk.
struct DataDirectory: Sendable {
    let root: URL

    var workspace: URL { root.appending(path: "work") }
    var indexFolder: URL { root.appending(path: "index") }
    var ownerKeyFile: URL { root.appending(path: "owner.key") }

    /// Makes the folder, readable by its owner alone.
    ///
    /// - Throws: `ServiceRefusal`.
    init(_ root: URL) throws {
        self.root = root
        do {
            try FileManager.default.createDirectory(
                at: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw ServiceRefusal(reason: "The data directory \(root.path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// - Throws: `ServiceRefusal` when another process has it.
    func lock() throws -> ProcessLock {
        do {
            return try ProcessLock(path: root.appending(path: "lock").path)
        } catch ProcessLockError.held {
            throw ServiceRefusal(
                reason: "Another Quarry server uses the data directory \(root.path): stop it, or choose another with --data.")
        }
    }

    /// Opens the database and brings its tables up to date.
    ///
    /// - Throws: `ServiceRefusal`.
    func openDatabase(_ configuration: ServerConfiguration) async throws -> any Database {
        do {
            let database: any Database
            if let url = configuration.databaseURL {
                database = try await PostgresDatabase(url: url.value)
            } else {
                database = try SQLiteDatabase(path: root.appending(path: "quarry.sqlite").path)
            }
            try await Migrator(Schema.migrations).migrate(database)
            return database
        } catch let error as MigrationError {
            throw ServiceRefusal(reason: "The database cannot be brought up to date: \(error)")
        } catch let error as StorageError {
            throw ServiceRefusal(reason: "The database cannot be opened: \(error)")
        }
    }

    /// The configured owner key, or the one made at the first start and kept here for the command line.
    func ownerKey(_ configuration: ServerConfiguration) throws -> String {
        if let key = configuration.ownerKey { return key.value }
        if let kept = try? String(contentsOf: ownerKeyFile, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines), !kept.isEmpty
        {
            return kept
        }
        let made = AccessService.newSecret()
        try write(made, to: ownerKeyFile)
        Terminal.say("The owner's API key, made just now and kept in \(ownerKeyFile.path):")
        Terminal.say("    \(made)")
        return made
    }

    /// The keys made from the installation's secret: the configured one, or the one made here at the first start (design §8; with
    /// PostgreSQL it has to be configured).
    ///
    /// - Throws: `ServiceRefusal` when the kept one cannot be read. A new one in its place would make every stored secret unreadable.
    func installationKeys(_ configuration: ServerConfiguration) throws -> InstallationKeys {
        let file = root.appending(path: "secret.key")
        do {
            if let configured = configuration.secretKey { return try InstallationKeys(hexadecimal: configured.value) }
            if !FileManager.default.fileExists(atPath: file.path) {
                let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
                try write(Hexadecimal.text(bytes), to: file)
            }
            let kept = try String(contentsOf: file, encoding: .utf8)
            return try InstallationKeys(hexadecimal: kept.trimmingCharacters(in: .whitespacesAndNewlines))
        } catch let refusal as ServiceRefusal {
            throw refusal
        } catch {
            throw ServiceRefusal(
                reason: "The secret key in \(file.path) cannot be used (\(error)): restore it, or set QUARRY_SECRET_KEY to what it was.")
        }
    }

    /// Writes a secret so that nobody else can ever have opened it.
    private func write(_ text: String, to file: URL) throws {
        guard FileManager.default.createFile(atPath: file.path, contents: Data((text + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else {
            throw ServiceRefusal(reason: "The file \(file.path) cannot be written.")
        }
    }
}
