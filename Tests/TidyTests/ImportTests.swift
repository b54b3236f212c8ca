import Testing

/// Who may import whom (docs/ARCHITECTURE.md): the arrows of the map, as a test.
@Suite struct ImportTests {
    /// The standard toolbox, open to every target.
    static let toolbox: Set = ["Foundation", "Dispatch", "Synchronization"]

    static let allowed: [String: Set<String>] = [
        "quarry": [
            "ArgumentParser", "AsyncHTTPClient", "Crypto", "Hummingbird", "Ingestion", "Logging", "NIOCore", "NIOFoundationCompat",
            "NIOHTTP1", "Platform",
            "Providers", "Retrieval", "Server", "ServiceLifecycle", "Storage", "UnixSignals", "Yams",
        ],
        "Server": ["Crypto", "HTTPTypes", "Hummingbird", "Logging", "NIOCore", "NIOHTTP1", "NIOHTTPTypes", "Platform", "Yams"],
        "Platform": [
            "Adaptation", "AsyncHTTPClient", "Crypto", "Ingestion", "Logging", "NIOCore", "NIOHTTP1", "Providers", "Retrieval", "Storage",
        ],
        "Adaptation": [],
        "Retrieval": ["CKernels", "CStemmer"],
        "Ingestion": ["Subprocess", "System", "SystemPackage"],
        "Providers": ["AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1"],
        "Storage": ["CPostgres", "Crypto", "GRDB"],
        "TestSupport": [
            "CPostgres", "HTTPTypes", "Hummingbird", "HummingbirdTesting", "Logging", "NIOCore", "Platform", "Providers", "Retrieval",
            "Server", "Storage", "Testing",
        ],
    ]

    @Test(arguments: SourceFiles.swift(below: "Sources")) func everyFileImportsOnlyWhatItsTargetMay(_ file: SourceFiles.File) throws {
        let allowed = try #require(Self.allowed[file.target], "\(file.target) has no row in the import table")
        let foreign = file.imports.filter { !allowed.contains($0) && !Self.toolbox.contains($0) }
        #expect(foreign.isEmpty, "\(file.path) imports \(foreign): move the code to where that may be named")
    }

    @Test func theTableHasNoRowForATargetThatIsGone() {
        let targets = Set(SourceFiles.swift(below: "Sources").map(\.target))
        #expect(Set(Self.allowed.keys) == targets)
    }
}
