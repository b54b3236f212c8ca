import Foundation
import Testing

/// The rules of the house that a machine can hold. Each names its cure.
@Suite struct HouseRuleTests {
    struct Ban: CustomTestStringConvertible {
        let pattern: String
        let cure: String
        /// Files whose path contains one of these are the pattern's home.
        let homes: [String]

        var testDescription: String { pattern }
    }

    static let bans: [Ban] = [
        Ban(pattern: #"\btry!"#, cure: "throw, or handle the error", homes: []),
        Ban(pattern: #"\bfatalError\("#, cure: "throw PlatformError.internal", homes: []),
        Ban(pattern: #"(^|[^A-Za-z.])print\("#, cure: "use the logger, or Terminal in quarry", homes: []),
        Ban(
            pattern: #"(^|[^A-Za-z])Date\(\)"#, cure: "take the time from Clock", homes: ["Basics/Timestamp.swift", "JSONLogHandler.swift"]),
        Ban(
            pattern: #"(^|[^A-Za-z])UUID\(\)"#, cure: "make ids with Identifier.make(at:)",
            homes: ["quarry/Client/", "HTTP/RequestContext.swift", "Sources/TestSupport/"]),
        Ban(pattern: #"waitUntilExit\(\)"#, cure: "wait on another thread", homes: ["ThrowAwayServer.swift"]),
        Ban(
            pattern: #"ProcessInfo\.processInfo\.environment"#, cure: "read the environment in quarry",
            homes: ["Sources/quarry/", "Sources/TestSupport/", "Sources/Ingestion/Process/"]),
        Ban(
            pattern: #"FileHandle\.standard\w+\.write\(Data|standardError\.write\(line"#,
            cure: "use write(contentsOf:): the other one ends the process when nobody reads", homes: []),
        Ban(pattern: #"\bOFFSET\b"#, cure: "page with Keyset", homes: []),
    ]

    @Test(arguments: bans) func nothingBannedStandsOutsideItsHome(_ ban: Ban) throws {
        let expression = try Regex(ban.pattern)
        var found: [String] = []
        for file in SourceFiles.swift(below: "Sources") where !ban.homes.contains(where: file.path.contains) {
            for (number, line) in file.code where line.contains(expression) { found.append("\(file.path):\(number)") }
        }
        #expect(found.isEmpty, "\(ban.pattern) at \(found): \(ban.cure)")
    }

    @Test func everyUncheckedSendableSaysWhyItIsSafe() {
        for file in SourceFiles.swift(below: "Sources") {
            let lines = file.lines
            for (index, line) in lines.enumerated()
            where line.contains("@unchecked Sendable") && !line.trimmingCharacters(in: .whitespaces).hasPrefix("//") {
                let before = lines[max(0, index - 6)..<index].joined(separator: " ")
                #expect(
                    before.contains("safe"),
                    "\(file.path):\(index + 1) says @unchecked Sendable without a sentence that says why it is safe")
            }
        }
    }

    @Test func noFileHoldsMoreThanOneSubjectsWorthOfLines() {
        for file in SourceFiles.swift(below: "Sources") {
            #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines: ask which second subject got in")
        }
    }

    @Test func everyRepositoryQueryCarriesItsOrganization() {
        // A repository function takes a connection and an organization. The few that cannot know the organization say so by name.
        let exceptions: Set = [
            "findKey", "firstOrganization", "findOrganization", "insertOrganization", "claim", "expireLeases", "nextDue", "depths",
            "expired",
            "dropEvents", "deleteEphemeral", "findSigned", "dropStale",
        ]
        for file in SourceFiles.swift(below: "Sources/Platform") where file.path.hasSuffix("Repository.swift") {
            for match in file.text.matches(of: #/func (\w+)\s*(?:<[^>]*>)?\(([^{]*?)\)\s*(?:throws|->|\{)/#) {
                let (name, parameters) = (String(match.output.1), match.output.2)
                guard parameters.contains("any Connection"), !exceptions.contains(name) else { continue }
                let isScoped = parameters.contains("OrganizationID") || parameters.contains("_ job: Job")
                #expect(isScoped, "\(file.path): \(name) queries without an organization")
            }
        }
    }

    @Test func everyPackageDeclarationIsDocumentedOrSpeaksForItself() {
        // Functions, initializers and types that other targets see carry a doc comment; plain stored properties may speak for themselves.
        for file in SourceFiles.swift(below: "Sources") where !file.path.contains("TestSupport") {
            let lines = file.lines.map { $0.trimmingCharacters(in: .whitespaces) }
            for (index, line) in lines.enumerated()
            where line.wholeMatch(of: #/package (final |mutating |static )*(struct|enum|actor|class|protocol|func) .*/#) != nil {
                if line.contains("func page(") || line.contains("func encode(to") || line.contains("static func < ")
                    || line.contains("func next(")
                {
                    continue
                }
                var before = index - 1
                while before >= 0, lines[before].hasPrefix("@") { before -= 1 }
                let isDocumented = before >= 0 && lines[before].hasPrefix("///")
                let isPhantom =
                    line.hasSuffix("{}") || line.contains("enum Status") || line.contains("enum Kind") || line.contains("enum Role")
                #expect(isDocumented || isPhantom, "\(file.path):\(index + 1) is seen by other targets and has no doc comment: \(line)")
            }
        }
    }
}
