// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: Swift 6 mode comes with the tools version; a warning is an error.
let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The packages' products by short names, so that the targets below read as the architecture.
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let sqlite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

/// The same for modules that the optimiser works on in debug builds too: the tests spend most of their time in them, and take half as long.
/// Assertions, overflow checks and `@testable` are as in any debug build.
let optimised = strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

func module(_ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = optimised, plugins: [Target.PluginUsage]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "weir",
    products: [.executable(name: "weir", targets: ["weir"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        // C libraries: each is wrapped by exactly one Swift target.
        .target(
            name: "CSimdjson",
            // The parser's templates are unusable without the optimiser, also in debug builds.
            cxxSettings: [.unsafeFlags(["-O2", "-fno-exceptions", "-fno-rtti"])],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CChecksum", cSettings: [.unsafeFlags(["-O2"])]),
        .systemLibrary(name: "CLibSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // Foundations.
        module("Bytes", []),
        module("DomainNames", ["CLibIDN2"]),
        module("JSONDocument", ["CSimdjson"]),
        module("YAMLDocument", [yams]),
        module("Digests", ["CLibSSL", "CChecksum"]),
        module("FindingModel", ["Bytes", "DomainNames", "JSONDocument", "Digests"]),
        module("Formats", ["Bytes", "FindingModel", "JSONDocument", "Digests"]),

        // The stages, in the order in which data flows.
        module("Journal", ["JSONDocument", "Digests", "FindingModel"]),
        module("Adapters", ["Bytes", "DomainNames", "JSONDocument", "YAMLDocument", "Digests", "FindingModel"], plugins: ["EmbedFiles"]),
        module(
            "Ingest", ["Bytes", "Adapters", "Journal", "JSONDocument", "Digests", "FindingModel", nioCore, nioPosix, nioHTTP1, nioSSL, logging],
            settings: strict),
        module("State", ["Adapters", "Journal", "JSONDocument", "Digests", "FindingModel", grdb, sqlite, logging]),
        module("CurlTransport", ["Bytes", "CCurl"]),
        module("Gzip", ["CZlib"]),
        module("Delivery", ["State", "Journal", "FindingModel", "JSONDocument", "Digests", grdb, logging]),
        module("Sinks", ["Bytes", "Delivery", "CurlTransport", "Formats", "Gzip", "Digests", "FindingModel", "JSONDocument"]),
        module(
            "Console",
            [
                "State", "Delivery", "Ingest", "Journal", "FindingModel", "JSONDocument", "YAMLDocument", "Bytes", hummingbird, hummingbirdCore, nioCore,
                nioHTTPTypes, logging,
            ], settings: strict),
        module(
            "Gateway",
            [
                "Ingest", "Console", "Delivery", "Sinks", "Formats", "State", "Adapters", "Journal", "CurlTransport", "FindingModel", "JSONDocument",
                "YAMLDocument", "Digests", "Bytes", nioPosix, logging,
            ], settings: strict),
        .executableTarget(
            name: "weir",
            dependencies: [
                "Gateway", "Console", "Delivery", "State", "Adapters", "Journal", "Ingest", "CurlTransport", "FindingModel",
                "JSONDocument", "YAMLDocument", "Digests", "Bytes", argumentParser, logging,
            ],
            swiftSettings: strict, plugins: ["EmbedFiles"]),

        // The receiver that `make run` shows the webhook sink with.
        .executableTarget(
            name: "example-receiver", dependencies: ["Digests", "JSONDocument", hummingbird, httpTypes, logging], path: "examples/receiver",
            swiftSettings: strict),

        // One copy of adapters/ and schemas/ inside the binary.
        .executableTarget(name: "embed-files", path: "Plugins/embed-files", swiftSettings: strict),
        .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["embed-files"], path: "Plugins/EmbedFiles"),

        tests("BytesTests", ["Bytes"]),
        tests("DomainNamesTests", ["DomainNames"]),
        tests("JSONDocumentTests", ["JSONDocument"]),
        tests("YAMLDocumentTests", ["YAMLDocument"]),
        tests("DigestsTests", ["Digests"]),
        tests("FindingModelTests", ["FindingModel", "JSONDocument", "Digests"]),
        .testTarget(
            name: "FormatsTests", dependencies: ["Formats", "Delivery", "FindingModel", "JSONDocument", "Digests"], exclude: ["Standards"],
            swiftSettings: strict),
        tests("JournalTests", ["Journal", "FindingModel", "JSONDocument", "Digests"]),
        tests("AdaptersTests", ["Adapters", "FindingModel", "JSONDocument", "YAMLDocument", "Digests"]),
        tests(
            "IngestTests", ["Bytes", "Ingest", "Adapters", "Journal", "FindingModel", "JSONDocument", "Digests", nioCore, nioPosix, nioHTTP1, nioSSL, logging]),
        tests("StateTests", ["State", "Adapters", "Journal", "FindingModel", "JSONDocument", "Digests", grdb]),
        tests("CurlTransportTests", ["Bytes", "CurlTransport", nioCore, nioPosix, nioHTTP1]),
        tests("DeliveryTests", ["Delivery", "State", "FindingModel", "JSONDocument", grdb]),
        tests(
            "SinksTests",
            [
                "Bytes", "Sinks", "Formats", "Gzip", "CZlib", "Delivery", "CurlTransport", "State", "Adapters", "Journal", "FindingModel", "JSONDocument",
                "Digests",
                nioCore, nioPosix, nioHTTP1, nioSSL, logging, grdb,
            ]),
        tests(
            "GatewayTests",
            [
                "weir", "Gateway", "Console", "Ingest", "Adapters", "CurlTransport", "Delivery", "Sinks", "Formats", "State", "Journal", "FindingModel",
                "JSONDocument", "YAMLDocument", "Digests", "Bytes", argumentParser, logging,
            ]),
        tests("ProcessTests", ["weir", "FindingModel", "JSONDocument", "Digests"]),
        tests("RepositoryTests", []),
    ],
    cxxLanguageStandard: .cxx17
)
