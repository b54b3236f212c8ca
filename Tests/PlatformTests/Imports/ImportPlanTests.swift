import Testing

@testable import Platform

/// What the `url` and `files` of an import mean.
@Suite struct ImportPlanTests {
    private static let location = ["body", "source"]

    private func urls(_ url: String, _ files: [String]?, sites: RemoteSites = RemoteSites()) throws -> [String] {
        try ImportPlan(url: url, files: files, sites: sites, at: Self.location).files.map {
            switch $0.fetch {
            case .get(let address): address.text
            case .kaggle(let page): "kaggle:\(page.owner)/\(page.slug)@\(page.version ?? 0)/\($0.path)"
            }
        }
    }

    private func issues(_ url: String, _ files: [String]?) throws -> [FieldIssue] {
        let error = try #require(
            #expect(throws: PlatformError.self) { try ImportPlan(url: url, files: files, sites: RemoteSites(), at: Self.location) })
        guard case .invalid(let issues) = error else { return [] }
        return issues
    }

    @Test(arguments: [
        ("https://huggingface.co/datasets/team/refunds", "team/refunds/resolve/main"),
        ("https://huggingface.co/datasets/team/refunds/", "team/refunds/resolve/main"),
        ("http://HuggingFace.co/datasets/team/refunds?library=datasets#x", "team/refunds/resolve/main"),
        ("https://huggingface.co:443/datasets/team/refunds/viewer/default/train", "team/refunds/resolve/main"),
        ("https://hf.co/datasets/team/refunds/tree/main", "team/refunds/resolve/main"),
        ("https://huggingface.co/datasets/team/refunds/tree/v1.2/data/deep", "team/refunds/resolve/v1.2"),
        ("https://huggingface.co/datasets/team/refunds/blob/0123abc/README.md", "team/refunds/resolve/0123abc"),
        ("https://huggingface.co/datasets/team/refunds/tree/refs%2Fconvert%2Fparquet", "team/refunds/resolve/refs%2Fconvert%2Fparquet"),
        ("https://huggingface.co/datasets/team/refunds/tree/refs/pr/7", "team/refunds/resolve/refs%2Fpr%2F7"),
        ("https://huggingface.co/datasets/squad", "squad/resolve/main"),
        ("https://huggingface.co/datasets/squad/viewer", "squad/resolve/main"),
        ("https://huggingface.co/datasets/squad/tree/main", "squad/resolve/main"),
        ("https://huggingface.co/datasets/team/tree", "team/tree/resolve/main"),
        ("https://huggingface.co/datasets/Team_1/re.fun-ds", "Team_1/re.fun-ds/resolve/main"),
    ]) func huggingFacePages(_ url: String, _ expected: String) throws {
        #expect(try urls(url, ["data/train.csv"]) == ["https://huggingface.co/datasets/\(expected)/data/train.csv"])
    }

    @Test func filesAreTakenLiterallyAndInOrder() throws {
        let plan = try ImportPlan(
            url: "https://huggingface.co/datasets/a/b", files: ["ä b/x+1.JSONL", "a%2Fb.parquet", "q?r#s.json"], sites: RemoteSites(),
            at: Self.location)
        #expect(plan.files.map(\.format) == [.jsonl, .parquet, .json])
        #expect(plan.files.map(\.name) == ["x+1.JSONL", "a%2Fb.parquet", "q?r#s.json"])
        #expect(plan.integration == .huggingFace)
        #expect(
            try urls("https://huggingface.co/datasets/a/b", plan.files.map(\.path)).map { $0.replacing(/.*main./, with: "") } == [
                "%C3%A4%20b/x%2B1.JSONL", "a%252Fb.parquet", "q%3Fr%23s.json",
            ])
    }

    @Test func aUrlOfOneFileNeedsNoFiles() throws {
        #expect(
            try urls("https://huggingface.co/datasets/a/b/blob/main/data/my%20rows.csv", nil) == [
                "https://huggingface.co/datasets/a/b/resolve/main/data/my%20rows.csv"
            ])
        #expect(
            try urls("https://huggingface.co/datasets/a/b/resolve/v2/x.json?download=true", []) == [
                "https://huggingface.co/datasets/a/b/resolve/v2/x.json"
            ])
    }

    @Test(arguments: [
        "https://huggingface.co/team/model", "https://huggingface.co/", "https://huggingface.co/datasets",
        "https://huggingface.co/datasets/",
        "https://huggingface.co/datasets/../../etc", "https://huggingface.co/datasets/a%2Fb/c", "https://huggingface.co/datasets/%2e%2e/x",
        "https://huggingface.co/spaces/a/b", "https://huggingface.co/datasets/a/.git", "https://www.kaggle.com/c/titanic",
        "https://www.kaggle.com/datasets/owner", "https://www.kaggle.com/datasets/a/b/versions/x", "https://www.kaggle.com/datasets/a..b/c",
    ]) func otherPagesOfTheseSitesAreRefused(_ url: String) throws {
        let issues = try issues(url, ["x.csv"])
        #expect(issues.map(\.location) == [Self.location + ["url"]], "\(url)")
        #expect(issues.first?.message.contains("dataset page") == true)
    }

    @Test(arguments: [
        "https://huggingface.co/datasets/a/b", "https://huggingface.co/datasets/a/b/tree/main/data", "https://www.kaggle.com/datasets/a/b",
    ])
    func aPageNeedsFiles(_ url: String) throws {
        for files in [nil, []] as [[String]?] {
            let issues = try issues(url, files)
            #expect(issues.map(\.location) == [Self.location + ["files"]])
            #expect(issues.first?.kind == .missing)
            #expect(issues.first?.message.contains("files is required") == true)
        }
    }

    @Test(arguments: [
        "../secrets.csv", "a/../../b.csv", "/etc/x.csv", "a//b.csv", "./x.csv", "a\\..\\b.csv", "", "x\n.csv", "x.csv/", "x.exe", "x",
        "x.csv.gz", ".",
    ]) func aPathThatLeadsOutOrIsNoTableIsRefusedByItsPlace(_ path: String) throws {
        let issues = try issues("https://huggingface.co/datasets/a/b", ["fine.csv", path])
        #expect(issues.map(\.location) == [Self.location + ["files", "1"]], "\(path)")
    }

    @Test func everyWrongPathIsNamedAtOnce() throws {
        let issues = try issues("https://www.kaggle.com/datasets/a/b", ["../x.csv", "y.csv", "y.csv", "z.txt"])
        #expect(issues.map { $0.location.last } == ["0", "2", "3"])
        #expect(throws: PlatformError.self) {
            try urls("https://huggingface.co/datasets/a/b", (0...ImportPlan.mostFiles).map { "\($0).csv" })
        }
    }

    @Test(arguments: [
        ("https://www.kaggle.com/datasets/ada/refunds", 0), ("https://kaggle.com/datasets/ada/refunds/data?select=rows.csv", 0),
        ("https://www.kaggle.com/datasets/ada/refunds/versions/3", 3),
    ]) func kagglePages(_ url: String, _ version: Int) throws {
        #expect(try urls(url, ["folder/rows.csv"]) == ["kaggle:ada/refunds@\(version)/folder/rows.csv"])
    }

    @Test(arguments: [
        "https://bucket.s3.eu-central-1.amazonaws.com/exports/rows.csv", "https://storage.googleapis.com/bucket/rows.parquet",
        "https://data.example:8443/x.JSON?sig=a%2Bb", "http://bücher.example/x.jsonl#part",
        "https://huggingface.co/spaces/a/b/resolve/main/x.csv",
    ]) func anyOtherUrlIsOneFile(_ url: String) throws {
        let plan = try ImportPlan(url: url, files: nil, sites: RemoteSites(), at: Self.location)
        #expect(plan.files.count == 1 && plan.integration == nil)
        #expect(try urls(url, nil) == [WebAddress(url).text])
    }

    @Test(arguments: [
        "https://example.com/", "https://example.com/data", "https://example.com/x.csv.zip", "https://example.com/x?file=y.csv",
        "ftp://example.com/x.csv",
        "x.csv", "https://u:p@example.com/x.csv", "s3://bucket/x.csv", "https://example.com/x.csv/",
    ]) func whatIsNeitherIsRefused(_ url: String) throws {
        // A slash at the end names nothing else than the same words without it.
        if url.hasSuffix(".csv/") { return #expect(try urls(url, nil).count == 1) }
        #expect(try issues(url, nil).map(\.location) == [Self.location + ["url"]], "\(url)")
    }

    @Test func filesOfAPlainUrlAreRefused() throws {
        #expect(try issues("https://example.com/x.csv", ["y.csv"]).map(\.location) == [Self.location + ["files"]])
    }

    @Test func anotherBaseAddressStandsInForTheSite() throws {
        var sites = RemoteSites()
        sites.huggingFace = try WebAddress("http://127.0.0.1:9100/mirror")
        sites.kaggle = try WebAddress("http://127.0.0.1:9200")
        #expect(
            try urls("http://127.0.0.1:9100/mirror/datasets/a/b", ["x.csv"], sites: sites) == [
                "http://127.0.0.1:9100/mirror/datasets/a/b/resolve/main/x.csv"
            ])
        #expect(try urls("http://127.0.0.1:9200/datasets/a/b", ["x.csv"], sites: sites) == ["kaggle:a/b@0/x.csv"])
        #expect(sites.kaggleAPI.text == "http://127.0.0.1:9200/api/v1")
        #expect(RemoteSites().kaggleAPI.text == "https://api.kaggle.com/v1")
        // The real site is then a page like any other.
        #expect(throws: PlatformError.self) { try urls("https://huggingface.co/datasets/a/b", ["x.csv"], sites: sites) }
        #expect(throws: PlatformError.self) { try urls("http://127.0.0.1:9101/mirror/datasets/a/b", ["x.csv"], sites: sites) }
    }
}
