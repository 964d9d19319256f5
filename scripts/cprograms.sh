# Building and running the programs of Tests/C. Sourced by stages; Tests/C/README.md says what a program may rely on.
export PYTHONDONTWRITEBYTECODE=1
export VDBRT_SCRIPTED_SERVER=$PWD/Tests/Support/scripted_server.py
export VDBRT_CONFORMANCE=$PWD/Tests/Conformance
export VDBRT_LOCAL_SERVICE=$PWD/build/bin/videodb-rt-local
export VDBRT_PYTHON=$PWD/build/venv/bin/python3

# All, or those that PROGRAMS names.
programs() {
  if [ -n "${PROGRAMS:-}" ]; then
    printf '%s\n' $PROGRAMS
  else
    find Tests/C -maxdepth 1 -name '*.c' ! -name 'support*.c' -printf '%f\n' | sort | sed 's/\.c$//'
  fi
}

# build_programs FOLDER COMPILER FLAGS...: each as FOLDER/NAME; reports those that do not compile.
build_programs() {
  local out=$1 name
  shift
  rm -rf "$out"
  mkdir -p "$out"
  local compile="$* -std=c11 -O1 -g -Wall -Wextra -Werror -pthread"
  for name in Tests/C/support*.c; do
    $compile -c "$name" -o "$out/$(basename "$name" .c).o" || fail "$name compiles"
  done
  programs | xargs -P "$JOBS" -I @ sh -c "$compile Tests/C/@.c $out/support*.o -o $out/@ -lvideodb_rt -lcurl -ljansson -lm"
  for name in $(programs); do
    test -x "$out/$name" || fail "$name compiles" "see the log"
  done
}

# run_program NAME COMMAND...: 0 passes, 77 was skipped. What it printed is shown where it failed; its figures, the rows of its
# table and what it skipped itself always.
run_program() {
  local name=$1 output code
  shift
  output=$(timeout -k 5 "${PROGRAM_LIMIT:-120}" "$@" 2>&1 </dev/null)
  code=$?
  case $code in
  0)
    ok "$name"
    printf '%s\n' "$output" | sed -n '/^figure: /p; /^walk: /p; /^skip /p'
    ;;
  77) skip "$name" "$(printf '%s' "$output" | tail -n 1)" ;;
  124) fail "$name" "did not end within ${PROGRAM_LIMIT:-120} s: $(printf '%s' "$output" | tail -n 15)" ;;
  *) fail "$name" "exit code $code: $(printf '%s' "$output" | tail -n 15)" ;;
  esac
}

# The flags for each form of the library, and where it is when a program runs.
form() {
  case $1 in
  embedded)
    form_compiler=gcc
    form_flags="$(PKG_CONFIG_PATH=build/lib/pkgconfig pkg-config --cflags --libs-only-L videodb_rt)"
    form_library=$PWD/build/lib
    form_symbols=$PWD/build/debug
    ;;
  ordinary)
    form_compiler=gcc
    form_flags="-IInclude -Lbuild/ordinary"
    form_library=$PWD/build/ordinary
    form_symbols=$form_library
    ;;
  esac
}
