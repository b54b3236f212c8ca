// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A package of its own, so that the server's build knows nothing of it. What it measures are the server's own sources, reached through
/// symbolic links in `Sources`: only inside of one package can their `package` declarations be seen.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    targets: [
        .executableTarget(name: "Measure", dependencies: ["Adaptation", "CLimits", "Retrieval"], swiftSettings: strict),
        .target(name: "Adaptation", swiftSettings: strict),
        .target(name: "CLimits"),
        .target(name: "Retrieval", dependencies: ["CKernels", "CStemmer"], swiftSettings: strict),
        .target(name: "CKernels"),
        .systemLibrary(name: "CStemmer", providers: [.apt(["libstemmer-dev"])]),
    ],
    swiftLanguageModes: [.v6]
)
