// swift-tools-version: 6.1
import PackageDescription

/// The same strictness for every target: a file sees only what it imports, and says so when it shows another module's types.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioFoundationCompat: Target.Dependency = .product(name: "NIOFoundationCompat", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let serviceLifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

let package = Package(
    name: "quarry",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "quarry", targets: ["quarry"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        .executableTarget(
            name: "quarry",
            dependencies: [
                "Ingestion", "Platform", "Providers", "Retrieval", "Server", "Storage", argumentParser, asyncHTTPClient, crypto,
                hummingbird, logging,
                nioCore,
                nioFoundationCompat, nioHTTP1, serviceLifecycle, unixSignals, yams,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Server",
            dependencies: [
                "Platform", crypto, httpTypes, hummingbird, logging, nioCore, nioHTTP1, nioHTTPTypes, yams,
            ],
            resources: [.embedInCode("OpenAPI/openapi.yaml")],
            swiftSettings: strict
        ),
        .target(
            name: "Platform",
            dependencies: [
                "Adaptation", "Ingestion", "Providers", "Retrieval", "Storage", asyncHTTPClient, crypto, logging, nioCore, nioHTTP1,
            ],
            swiftSettings: strict
        ),
        .target(name: "Retrieval", dependencies: ["CKernels", "CStemmer"], swiftSettings: strict),
        .target(name: "Adaptation", swiftSettings: strict),
        .target(name: "Ingestion", dependencies: [subprocess], swiftSettings: strict),
        .target(name: "Providers", dependencies: [asyncHTTPClient, logging, nioCore, nioHTTP1], swiftSettings: strict),
        .target(name: "Storage", dependencies: ["CPostgres", crypto, grdb, logging], swiftSettings: strict),
        .target(
            name: "TestSupport",
            dependencies: [
                "CPostgres", "Platform", "Providers", "Retrieval", "Server", "Storage", httpTypes, hummingbird, hummingbirdTesting, logging,
                nioCore,
            ], swiftSettings: strict),
        // Optimised in debug builds too: unoptimised intrinsics would make every test of retrieval crawl.
        .target(name: "CKernels", cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CStemmer", providers: [.apt(["libstemmer-dev"])]),
        .testTarget(name: "StorageTests", dependencies: ["Storage", "TestSupport", crypto], swiftSettings: strict),
        .testTarget(name: "RetrievalTests", dependencies: ["Retrieval"], swiftSettings: strict),
        .testTarget(name: "AdaptationTests", dependencies: ["Adaptation"], swiftSettings: strict),
        .testTarget(name: "IngestionTests", dependencies: ["Ingestion"], swiftSettings: strict),
        .testTarget(name: "ProvidersTests", dependencies: ["Providers", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "PlatformTests",
            dependencies: ["Adaptation", "Ingestion", "Platform", "Providers", "Retrieval", "Storage", "TestSupport", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "ConformanceTests", dependencies: ["Platform", "Providers", "Retrieval", "Storage", "TestSupport", logging],
            swiftSettings: strict),
        .testTarget(
            name: "ServerTests",
            dependencies: ["Platform", "Providers", "Server", "TestSupport", httpTypes, hummingbird, hummingbirdTesting, logging, nioCore],
            swiftSettings: strict),
        .testTarget(
            name: "ContractTests",
            dependencies: [
                "Platform", "Providers", "Server", "TestSupport", httpTypes, hummingbird, hummingbirdTesting, logging, nioCore, yams,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "Ingestion", "Platform", "Providers", "Storage", "TestSupport", "quarry", argumentParser, asyncHTTPClient, nioCore,
            ],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
