import ArgumentParser
import Foundation
import Platform
import Storage

/// `quarry key create`: keys made on the host, for members of any organization.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "key", abstract: "Make API keys on the host.", subcommands: [Create.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make an API key and print it: the only time that it can be seen.")

        @Option(help: "The organization; it is made when it does not exist.") var organization = "default"
        @Option(help: "The member; made when it does not exist.") var member = "owner"
        @Option(help: "The role of a new member: owner, admin or member.") var role = "member"
        @Option(help: "Scopes, separated by spaces or commas; all but instance:admin when left out.") var scopes: String?
        @Flag(help: "Also grant instance:admin, the scope over the whole installation.") var instance = false
        @Option(help: "The server's data directory (default quarry-data).") var data: String?

        func run() async throws {
            var loader = ConfigurationLoader(environment: ProcessInfo.processInfo.environment)
            let configuration = try loader.load(.init(data: data))
            guard let role = Role(rawValue: role) else { throw ValidationError("--role must be owner, admin or member.") }
            var granted = try scopes.map(Self.parse) ?? Scope.ofOwner
            if granted.contains(.instanceAdmin) { throw ValidationError("instance:admin is granted by --instance alone.") }
            if instance { granted.insert(.instanceAdmin) }
            for (option, value) in [("--organization", organization), ("--member", member)] where !(1...200).contains(value.count) {
                throw ValidationError("\(option) must have 1 to 200 characters.")
            }
            if configuration.databaseURL == nil,
                !FileManager.default.fileExists(atPath: configuration.data.appending(path: "quarry.sqlite").path)
            {
                throw ValidationError("There is no server's data in \(configuration.data.path): name its folder with --data.")
            }
            let database = try await DataDirectory(configuration.data).openDatabase(configuration)
            let access = AccessService(database: database, clock: SystemClock())
            let secret = try await access.createKey(organization: organization, member: member, role: role, scopes: granted, expiresAt: nil)
            await database.close()
            Terminal.say(secret)
        }

        private static func parse(_ text: String) throws -> Set<Scope> {
            Set(
                try text.split(whereSeparator: { $0 == " " || $0 == "," }).map { word in
                    guard let scope = Scope(rawValue: String(word)) else {
                        throw ValidationError("\(word) is no scope; scopes are \(Scope.allCases.map(\.rawValue).joined(separator: ", ")).")
                    }
                    return scope
                })
        }
    }
}
