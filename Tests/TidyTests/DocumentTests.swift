import Foundation
import Testing

/// Documents that must not drift from what they describe.
@Suite struct DocumentTests {
    @Test func everySettingIsDocumented() throws {
        let operations = try SourceFiles.text("docs/operations.md")
        let loader = try SourceFiles.text("Sources/quarry/Configuration/ConfigurationLoader.swift")
        let names = Set(loader.matches(of: #/"(QUARRY_[A-Z_]+)"/#).map { String($0.output.1) })
        #expect(names.count > 8)
        for name in names { #expect(operations.contains("`\(name)`"), "docs/operations.md does not mention \(name)") }
        let file = try SourceFiles.text("Sources/quarry/Configuration/ConfigurationFile.swift")
        let keys = Set(file.matches(of: #/\bvar (\w+): /#).map { String($0.output.1) })
        for key in keys { #expect(operations.contains(key), "docs/operations.md does not mention the key \(key)") }
    }

    @Test func everyDependencyHasALine() throws {
        let manifest = try SourceFiles.text("Package.swift")
        let dependencies = try SourceFiles.text("docs/dependencies.md")
        let urls = manifest.matches(of: #/url: "https://github\.com/([^"]+)"/#).map { String($0.output.1) }
        #expect(urls.count > 8)
        for url in urls { #expect(dependencies.contains(url), "docs/dependencies.md has no line for \(url)") }
        let setup = try SourceFiles.text("scripts/setup.sh")
        let packages = setup.matches(of: #/_packages="([^"]*)"/#).flatMap { $0.output.1.split(separator: " ") }.filter {
            !$0.hasPrefix("$")
        }
        for package in packages { #expect(dependencies.contains(package), "docs/dependencies.md has no line for \(package)") }
    }

    @Test func everyDecisionIsListed() throws {
        let folder = SourceFiles.root.appending(path: "docs/decisions")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".md") && $0 != "README.md" }
        let index = try SourceFiles.text("docs/decisions/README.md")
        for file in files { #expect(index.contains(file), "docs/decisions/README.md does not list \(file)") }
    }

    @Test func everyVerbOfTheMakefileThatTheReadmeNamesExists() throws {
        let makefile = try SourceFiles.text("Makefile")
        let readme = try SourceFiles.text("README.md")
        for match in readme.matches(of: #/`make (\w+)`/#) {
            #expect(makefile.contains("\n\(match.output.1):"), "there is no make \(match.output.1)")
        }
    }

    @Test func nothingNamesAMachineOrARegistry() throws {
        let words = ["/work/", "/root/", "/tmp/qd", "/opt/swift"]
        for file in SourceFiles.swift(below: "Sources") + SourceFiles.swift(below: "Tests")
        where !file.path.hasSuffix("DocumentTests.swift") {
            for word in words { #expect(!file.text.contains(word), "\(file.path) names \(word)") }
        }
    }
}
