import Testing

@testable import Platform

/// What a `target_spec` may say, checked before anything is sent.
@Suite struct PublishSpecTests {
    private func spec(_ target: PublishTarget, _ fields: [String: JSONValue]) throws -> PublishSpec {
        try PublishSpec(target, fields, at: ["body", "target_spec"])
    }

    private func wrong(_ target: PublishTarget, _ fields: [String: JSONValue]) throws -> Set<String> {
        let error = try #require(#expect(throws: PlatformError.self) { try spec(target, fields) })
        guard case .invalid(let issues) = error else { return [] }
        for issue in issues { #expect(issue.location.prefix(2) == ["body", "target_spec"] && issue.message.hasPrefix("target_spec.")) }
        return Set(issues.compactMap(\.location.last))
    }

    @Test func defaultsArePrivateAndCSV() throws {
        guard case .huggingFace(let spec) = try spec(.huggingFace, ["repository": .string("team/refunds")]) else {
            return #expect(Bool(false))
        }
        #expect(
            (spec.owner, spec.name, spec.isPrivate, spec.revision, spec.path, spec.format) == ("team", "refunds", true, "main", nil, .csv))
    }

    @Test(arguments: ["repository", "repo_id", "repository_name"]) func theRepositoryHasThreeNames(_ name: String) throws {
        guard case .huggingFace(let spec) = try spec(.huggingFace, [name: .string("refunds")]) else { return #expect(Bool(false)) }
        #expect((spec.owner, spec.name) == (nil, "refunds"))
    }

    @Test func everythingWrongIsNamedAtOnce() throws {
        let fields: [String: JSONValue] = [
            "repository": .string("a/b/c"), "private": .string("yes"), "path": .string("../x"), "format": .string("xlsx"),
            "revision": .integer(1),
        ]
        #expect(try wrong(.huggingFace, fields) == ["repository", "private", "path", "format", "revision"])
        #expect(try wrong(.kaggle, ["repository": .string("short"), "title": .string("x")]) == ["repository", "title"])
        #expect(try wrong(.s3, ["bucket": .string("No_Bucket"), "key": .string("/x")]) == ["bucket", "key"])
        #expect(try wrong(.webhook, ["url": .string("ftp://x/y")]) == ["url"])
    }

    @Test func whatIsRequiredIsNamed() throws {
        for (target, field) in [(PublishTarget.huggingFace, "repository"), (.kaggle, "repository"), (.webhook, "url")] {
            #expect(try wrong(target, [:]) == [field])
            #expect(try wrong(target, [field: .null]) == [field])
            #expect(try wrong(target, [field: .string("")]) == [field])
        }
        _ = try spec(.s3, [:])
    }

    @Test(arguments: ["", "/", "a/", "/a", ".git", "a b", "a/..", "ä", "a\u{0}b"]) func namesThatNoSiteHasAreRefused(_ name: String) throws
    {
        #expect(try wrong(.huggingFace, ["repository": .string(name)]) == ["repository"])
        #expect(try wrong(.kaggle, ["repository": .string(name)]) == ["repository"])
    }

    @Test func unknownFieldsAreIgnored() throws {
        _ = try spec(.webhook, ["url": .string("https://example.com/hook"), "colour": .string("blue")])
    }
}
