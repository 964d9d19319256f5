# The programs of Tests/Chaos, for the stage and for `make chaos`. Sourced; report.sh comes first.
export PYTHONDONTWRITEBYTECODE=1
chaos=Tests/Chaos

# chaos_programs CONFIGURATION: the feed in that configuration, the consumers in C and Swift, the false clock.
chaos_programs() {
  mkdir -p build/chaos
  local feed=localservice/.build
  # Beside the debug build, which the tests share.
  test "$1" = debug || feed=build/chaos/feed
  check "the feed builds" env VDBRT_FEED=1 "$SWIFT" build --package-path localservice -c "$1" --scratch-path "$feed" \
    --product videodb-rt-feed -j "$JOBS"
  export VDBRT_FEED_PROGRAM=$PWD/$feed/$1/videodb-rt-feed
  check "the consumer in C builds" gcc -std=c11 -O1 -g -Wall -Wextra -Werror -pthread $chaos/consumer.c -o build/chaos/consumer \
    $(PKG_CONFIG_PATH=build/lib/pkgconfig pkg-config --cflags --libs videodb_rt jansson) -lm
  check "the false clock builds" gcc -std=c11 -O1 -Wall -Wextra -Werror -shared -fPIC $chaos/clock.c -o build/chaos/clock.so
  check "the consumer in Swift builds" "$SWIFT" build --package-path $chaos/swift --scratch-path build/chaos/swift -j "$JOBS"
}
