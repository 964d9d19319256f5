# Running `swift test` as a stage. Sourced.
. scripts/env.sh
. scripts/cprograms.sh

# All at once, tests with browsers and cameras of their own would take each other's time.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8

# swift_tests NAME PACKAGE FLAGS...: reports every test of the package.
swift_tests() {
  local name=$1 package=$2 results code
  shift 2
  results=$PWD/build/test/xunit-$name
  mkdir -p "$results"
  "$SWIFT" test --package-path "$package" -j "$JOBS" --xunit-output "$results/tests.xml" "$@"
  code=$?
  "$PYTHON" scripts/xunit.py "$results"/*.xml || code=1
  exit $code
}
