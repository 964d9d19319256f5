// swift-tools-version: 6.2
import PackageDescription

/// Warnings in our own targets fail the build; dependencies are not ours to judge.
let strict: [SwiftSetting] = [.treatAllWarnings(as: .error)]

/// Optimised in every configuration: a debug build cannot look at each pixel of a camera in time, and building all dependencies a
/// second time for a release takes minutes.
let pixels: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

let package = Package(
  name: "videodb-rt-local",
  products: [
    .executable(name: "videodb-rt-local", targets: ["videodb-rt-local"]),
    .executable(name: "videodb-rt-sphinx", targets: ["videodb-rt-sphinx"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", exact: "2.37.6"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift.git", exact: "7.10.0"),
  ],
  targets: [
    .target(name: "Analysis", swiftSettings: pixels),
    .target(
      name: "LocalService",
      dependencies: [
        "Analysis",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "videodb-rt-local",
      dependencies: [
        "LocalService",
        "Analysis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    // The speech recogniser, a program of its own: it may fail without the service, and opens its library only when it runs.
    .executableTarget(name: "videodb-rt-sphinx", linkerSettings: [.linkedLibrary("dl")]),
    // What README.md shows, compiled and tested.
    .target(name: "Examples", dependencies: ["Analysis"], path: "Examples", swiftSettings: pixels),
    .testTarget(name: "AnalysisTests", dependencies: ["Analysis", "videodb-rt-sphinx"], swiftSettings: strict),
    .testTarget(
      name: "LocalServiceTests",
      dependencies: [
        "LocalService", "Examples", "videodb-rt-local", .product(name: "GRDB", package: "GRDB.swift"),
        // Counts the steps that it takes.
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// What the client is proved with (Tests/Chaos): the service, told what it sees and hears. It reaches into the service, which debug
// builds compile for testing anyway.
if Context.environment["VDBRT_FEED"] != nil {
  for target in package.targets where target.type == .regular {
    target.swiftSettings?.append(.unsafeFlags(["-enable-testing"], .when(configuration: .release)))
  }
  package.targets.append(
    .executableTarget(
      name: "videodb-rt-feed",
      dependencies: [
        "LocalService", "Analysis", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Feed", swiftSettings: strict))
}

// `make bench-search`. It reaches into the service, so the modules are compiled for testing.
if Context.environment["VDBRT_BENCH"] != nil {
  for target in package.targets where target.type == .regular {
    target.swiftSettings?.append(.unsafeFlags(["-enable-testing"]))
  }
  package.targets.append(
    .executableTarget(
      name: "bench-search",
      dependencies: ["LocalService", "Analysis", .product(name: "GRDB", package: "GRDB.swift")], path: "Benchmarks",
      exclude: ["queries.txt"], swiftSettings: strict))
}
