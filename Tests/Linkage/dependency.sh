#!/bin/bash
# Another package can depend on ours by URL and tag: SwiftPM refuses that for a manifest that holds unsafe flags.
set -u
cd "$(dirname "$0")/../.."
. scripts/env.sh
. scripts/report.sh
unset VDBRT_EMBEDDED VDBRT_SANITIZE
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The tree as it is, tagged, in a repository of its own.
mkdir -p "$work/videodb_rt" "$work/app/Sources/app" "$work/app/Sources/suspending"
git ls-files -z --cached --others --exclude-standard -- Package.swift Sources Include pkgconfig Tests |
  while IFS= read -r -d '' file; do test ! -e "$file" || printf '%s\0' "$file"; done |
  tar -c --null -T - | tar -x -C "$work/videodb_rt"
(
  cd "$work/videodb_rt" && git init -q -b main && git add -A &&
    git -c user.name=test -c user.email=test@localhost -c commit.gpgsign=false commit -q -m "The tree under test" && git tag "$VERSION"
) || fail "tags a copy of the tree"

cat >"$work/app/Package.swift" <<MANIFEST
// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "app",
  dependencies: [.package(url: "file://$work/videodb_rt", exact: "$VERSION")],
  targets: [
    .executableTarget(name: "app", dependencies: [.product(name: "VideoDB", package: "videodb_rt")]),
    .executableTarget(
      name: "suspending",
      dependencies: [.product(name: "VideoDB", package: "videodb_rt"), .product(name: "VideoDBAsync", package: "videodb_rt")]),
  ]
)
MANIFEST
# The README's programs are the app's: they build, and without a key they end with the error that says so.
program() { awk -v wanted="$1" '/^```swift$/ { on = 1; number++; next } /^```$/ { on = 0 } on && number == wanted' README.md; }
program 1 >"$work/app/Sources/app/main.swift"
program 2 >"$work/app/Sources/suspending/main.swift"
check "a package that depends on ours by URL and tag builds" "$SWIFT" build --package-path "$work/app" -j "$JOBS" \
  --cache-path "$work/cache" --config-path "$work/config" --security-path "$work/security"
for name in app suspending; do
  said=$(env -u VIDEO_DB_API_KEY "$work/app/.build/debug/$name" 2>&1)
  case $said in
  *"There is no API key"*) ok "$name says what it misses" ;;
  *) fail "$name says what it misses" "$said" ;;
  esac
done
finish
