// swift-tools-version: 6.1
// The package has no dependencies. Without VDBRT_EMBEDDED in the environment it holds no unsafe flag, so that other packages can
// depend on it; with VDBRT_EMBEDDED=1 the same sources build as Embedded Swift: no Swift runtime, which is how the library ships.
// (Package traits cannot select this: their condition is lost at link time in SwiftPM 6.3.)
import PackageDescription

let embedded = Context.environment["VDBRT_EMBEDDED"] == "1"
let sanitized = Context.environment["VDBRT_SANITIZE"] != nil

let swiftSettings: [SwiftSetting] =
  [.swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
  + (embedded
    ? [
      .enableExperimentalFeature("Embedded"),
      .unsafeFlags([
        "-Osize", "-Xfrontend", "-function-sections", "-warnings-as-errors",
        // Nothing reads them, and inlined C functions would bring them along.
        "-Xcc", "-fno-asynchronous-unwind-tables", "-Xcc", "-fno-unwind-tables",
        // A copy of a function for each closure that it is given.
        "-Xllvm", "-sil-disable-pass=closure-specialize", "-Xllvm", "-sil-disable-pass=capture-prop",
      ]),
    ] : [])

let linkerSettings: [LinkerSetting] =
  (embedded
    ? [
      .unsafeFlags(
        [
          "-use-ld=lld", "-Xlinker", "-soname=libvideodb_rt.so.0",
          "-Xlinker", "--version-script=\(Context.packageDirectory)/pkgconfig/videodb_rt.map",
          "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all", "-Xlinker", "--as-needed", "-Xlinker", "-znodelete",
          "-Xlinker", "-zrelro", "-Xlinker", "-znow", "-Xlinker", "-O2",
          // Where the linker optimises: only what gets smaller by it goes in the place of a call. Making functions of stretches of code
          // that stand in several places would save 8 KB and cost every event a dozen calls more.
          "-Xlinker", "-mllvm", "-Xlinker", "-inline-threshold=-15",
        ] + (sanitized ? [] : ["-Xlinker", "-zdefs"]))
    ] : [])

let cSettings: [CSetting] =
  embedded
  ? [
    .define("VDBRT_EMBEDDED"),
    .unsafeFlags([
      "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fvisibility=hidden", "-fno-asynchronous-unwind-tables",
      "-fno-unwind-tables",
    ]),
  ]
  : []

let package = Package(
  name: "videodb_rt",
  products: [
    .library(name: "videodb_rt", type: .dynamic, targets: ["VideoDBRT"]),
    .library(name: "VideoDB", targets: ["VideoDB"]),
  ] + (embedded ? [] : [.library(name: "VideoDBAsync", targets: ["VideoDBAsync"])]),
  targets: [
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(name: "CVideoDBRT", path: "Include"),
    .target(name: "CSystemShims", dependencies: ["CCurl", "CJansson"], cSettings: cSettings),
    .target(name: "VideoDBCore", dependencies: ["CSystemShims"], swiftSettings: swiftSettings),
    .target(
      name: "VideoDBTransport", dependencies: ["VideoDBCore", "CSystemShims", "CCurl", "CJansson"],
      swiftSettings: swiftSettings),
    .target(name: "VideoDB", dependencies: ["VideoDBCore", "VideoDBTransport"], swiftSettings: swiftSettings),
    .target(
      name: "VideoDBRT", dependencies: ["VideoDB", "VideoDBCore", "CSystemShims", "CVideoDBRT"],
      swiftSettings: swiftSettings,
      linkerSettings: linkerSettings),
    .testTarget(
      name: "VideoDBCoreTests", dependencies: ["VideoDBCore", "CSystemShims", "CJansson", "CVideoDBRT"],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .testTarget(
      name: "VideoDBTransportTests", dependencies: ["VideoDBTransport", "VideoDBCore", "CSystemShims", "CJansson"],
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .testTarget(
      name: "VideoDBTests", dependencies: ["VideoDB", "VideoDBTransport", "VideoDBCore", "CSystemShims"],
      swiftSettings: [.swiftLanguageMode(.v6)]),
  ]
    + (embedded
      ? []
      : [
        // Swift concurrency, which the core does without.
        .target(
          name: "VideoDBAsync", dependencies: ["VideoDB", "VideoDBCore", "VideoDBTransport"], swiftSettings: swiftSettings),
        .testTarget(
          name: "VideoDBAsyncTests", dependencies: ["VideoDBAsync", "VideoDB", "VideoDBCore", "VideoDBTransport"],
          swiftSettings: [.swiftLanguageMode(.v6)]),
      ])
)
