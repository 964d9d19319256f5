// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "chaos-consumer",
  dependencies: [.package(name: "videodb_rt", path: "../../..")],
  targets: [
    .executableTarget(
      name: "consumer", dependencies: [.product(name: "VideoDB", package: "videodb_rt")],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)])
  ]
)
