// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "realtime",
  dependencies: [.package(name: "videodb_rt", path: "../..")],
  targets: [
    .executableTarget(
      name: "realtime",
      dependencies: [.product(name: "VideoDB", package: "videodb_rt"), .product(name: "VideoDBAsync", package: "videodb_rt")],
      path: "realtime")
  ]
)
