// swift-tools-version: 6.2

import PackageDescription

/// Every Swift target builds in Swift 6 mode with these features on and warnings as errors.
let swiftSettings: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martlet", targets: ["martlet"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: [.defaults, "YAML"]
        ),
        .package(url: "https://github.com/apple/swift-crypto", "3.12.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.100.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.30.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", "5.4.0"..<"7.0.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The engine half: no networking, no configuration, no environment.
        .target(name: "CMartletKernels"),
        .target(name: "MartletWeights", dependencies: ["CMartletKernels"]),
        .target(name: "MartletPrompt", dependencies: ["MartletCore"]),
        .target(name: "MartletModel", dependencies: ["CMartletKernels", "MartletWeights"]),
        .target(
            name: "MartletEngine",
            dependencies: [
                "MartletCore", "MartletWeights", "MartletPrompt", "MartletModel",
                .product(name: "Crypto", package: "swift-crypto"),
            ]
        ),

        // Models as Hugging Face keeps them.
        .target(name: "MartletConversion", dependencies: ["MartletCore", "MartletPrompt", "MartletWeights"]),
        .testTarget(
            name: "MartletConversionTests",
            dependencies: [
                "MartletConversion", "MartletCore", "MartletEngine", "MartletModel", "MartletPrompt", "MartletWeights",
            ],
            resources: [.copy("Fixtures")]
        ),

        // The currency types that both halves share.
        .target(
            name: "MartletCore",
            dependencies: [
                .product(name: "Logging", package: "swift-log"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),

        // The chat half: sees a `LanguageModel`, never the engine.
        .target(
            name: "MartletConversation",
            dependencies: [
                "MartletCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "MartletStore",
            dependencies: [
                "MartletAWS", "MartletCore", "MartletConversation",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "MartletTelegram",
            dependencies: [
                "MartletCore", "MartletConversation",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        // A Telegram on this machine; knows nothing of the client that it judges.
        .target(
            name: "MartletSimulator",
            dependencies: [
                "MartletCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [
                .embedInCode("Page/simulator.html"), .embedInCode("Page/simulator.svg"),
                .embedInCode("Page/backdrop.svg"), .embedInCode("Page/frame.css"),
                .embedInCode("Page/messages.css"), .embedInCode("Page/panels.css"),
                .embedInCode("Page/actions.js"), .embedInCode("Page/app.js"), .embedInCode("Page/chats.js"),
                .embedInCode("Page/composer.js"), .embedInCode("Page/connection.js"),
                .embedInCode("Page/conversation.js"), .embedInCode("Page/dialogs.js"),
                .embedInCode("Page/dom.js"), .embedInCode("Page/draft.js"),
                .embedInCode("Page/entities.js"), .embedInCode("Page/gestures.js"),
                .embedInCode("Page/message.js"), .embedInCode("Page/people.js"),
                .embedInCode("Page/operators.js"), .embedInCode("Page/render.js"),
                .embedInCode("Page/texts.js"), .embedInCode("Page/typed.js"),
                .embedInCode("Page/world.js"),
            ]
        ),
        .testTarget(
            name: "MartletSimulatorTests",
            dependencies: [
                "MartletCore", "MartletSimulator",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        // The OpenAI-compatible API.
        .target(
            name: "MartletHTTP",
            dependencies: [
                "MartletCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "OrderedCollections", package: "swift-collections"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [
                .embedInCode("Description/openapi.json"),
                .embedInCode("Pages/Docs/docs.html"), .embedInCode("Pages/Docs/docs.css"),
                .embedInCode("Pages/Docs/docs.js"), .embedInCode("Pages/Chat/chat.html"),
                .embedInCode("Pages/Chat/chat.css"), .embedInCode("Pages/Chat/martlet.svg"),
                .embedInCode("Pages/Chat/api.js"), .embedInCode("Pages/Chat/chat.js"),
                .embedInCode("Pages/Chat/markdown.js"), .embedInCode("Pages/Chat/messages.js"),
                .embedInCode("Pages/Chat/storage.js"), .embedInCode("Pages/Chat/texts.js"),
            ]
        ),
        .testTarget(
            name: "MartletHTTPTests",
            dependencies: [
                "MartletHTTP", "MartletCore", "MartletTestSupport", "MartletVectors",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),

        // Vectors on this machine or on a server: collections, filters, nearest neighbours, ranking by words.
        .target(
            name: "MartletVectors",
            dependencies: [
                "CMartletKernels", "MartletCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "MartletVectorsTests",
            dependencies: [
                "MartletCore", "MartletHTTP", "MartletTestSupport", "MartletVectors",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),

        // What it costs.
        .target(name: "MartletCost"),
        .testTarget(name: "MartletCostTests", dependencies: ["MartletCost"]),

        // What a person sees in a terminal.
        .target(name: "MartletTerminal"),

        // Model files from elsewhere.
        .target(
            name: "MartletHub",
            dependencies: [
                "MartletCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "MartletHubTests",
            dependencies: ["MartletHub", "MartletTestSupport", .product(name: "Crypto", package: "swift-crypto")]
        ),

        // AWS: signed calls, credentials, its services, and the Lambda runtime with its emulator.
        .target(
            name: "MartletAWS",
            dependencies: [
                "MartletCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "MartletAWSTests",
            dependencies: [
                "MartletAWS", "MartletCore", "MartletTestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),

        // Models that run elsewhere.
        .target(
            name: "MartletProviders",
            dependencies: [
                "MartletAWS", "MartletCore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "MartletProvidersTests",
            dependencies: ["MartletAWS", "MartletCore", "MartletProviders", "MartletTestSupport"]
        ),

        // The program: commands, configuration, composition root.
        .executableTarget(
            name: "martlet",
            dependencies: [
                "MartletAWS", "MartletConversation", "MartletConversion", "MartletCore", "MartletCost", "MartletEngine",
                "MartletHTTP", "MartletHub", "MartletModel", "MartletPrompt", "MartletProviders", "MartletSimulator",
                "MartletStore", "MartletTelegram", "MartletTerminal", "MartletVectors", "MartletWeights",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .testTarget(
            name: "martletTests",
            dependencies: [
                "martlet", "MartletAWS", "MartletConversation", "MartletCore", "MartletHTTP", "MartletProviders",
                "MartletSimulator", "MartletStore", "MartletTelegram", "MartletTestSupport", "MartletVectors",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .testTarget(name: "MartletTerminalTests", dependencies: ["MartletTerminal"]),

        .testTarget(
            name: "CMartletKernelsTests",
            dependencies: ["CMartletKernels"],
            resources: [.copy("Fixtures")]
        ),

        .testTarget(name: "MartletWeightsTests", dependencies: ["MartletWeights"], resources: [.copy("Fixtures")]),

        .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
        .testTarget(
            name: "MartletModelTests",
            dependencies: ["CAllocationCounter", "CMartletKernels", "MartletModel", "MartletWeights"],
            resources: [.copy("Fixtures")]
        ),

        .testTarget(
            name: "MartletEngineTests",
            dependencies: [
                "MartletCore", "MartletWeights", "MartletPrompt", "MartletModel", "MartletEngine", "MartletTestSupport",
            ],
            resources: [.copy("Fixtures")]
        ),

        .testTarget(
            name: "MartletPromptTests",
            dependencies: ["MartletCore", "MartletPrompt"],
            resources: [.copy("Fixtures")]
        ),

        .target(
            name: "MartletTestSupport",
            dependencies: [
                "MartletCore",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(
            name: "MartletConversationTests",
            dependencies: [
                "MartletCore", "MartletConversation", "MartletStore", "MartletTestSupport",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "MartletStoreTests",
            dependencies: [
                "MartletAWS", "MartletCore", "MartletConversation", "MartletStore",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .testTarget(
            name: "MartletTelegramTests",
            dependencies: [
                "MartletCore", "MartletConversation", "MartletSimulator", "MartletStore", "MartletTelegram",
                "MartletTestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
    ]
)

for target in package.targets where !target.name.hasPrefix("C") || target.type == .test {
    target.swiftSettings = swiftSettings
}
