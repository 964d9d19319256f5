"""How the examples, and the code of the pages in docs/, become programs."""

import os
import shutil
import subprocess

from support import ROOT, code_blocks

BUILD = ROOT / "build/test/examples"
LIBRARY = ROOT / "build/lib"
ENVIRONMENT = {key: value for key, value in os.environ.items() if not key.startswith(("VIDEO", "PYTHON"))}
ENVIRONMENT.update(
    LD_LIBRARY_PATH=str(LIBRARY),
    PKG_CONFIG_PATH=f"{LIBRARY}/pkgconfig",
    GOCACHE=str(ROOT / "build/go-cache"),
    GOPROXY="off",
    GOFLAGS="-mod=mod",
)
WARNINGS = ["-Wall", "-Wextra", "-Werror"]

# What a page says that its fragments stand in, by language.
FRAMES = {
    "c": """#include <stdio.h>
#include <stdlib.h>
#include <videodb_rt.h>
static void check(vdbrt_status status, vdbrt_error *err) {
  if (status == VDBRT_OK) return;
  fprintf(stderr, "%%s\\n", vdbrt_error_message(err));
  exit(1);
}
int main(int argc, char **argv) {
  const char *stream = argv[argc - 1];
  vdbrt_client *client;
  check(vdbrt_client_new(NULL, &client, NULL), NULL);
%s
  return 0;
}
""",
    "cpp": """#include <videodb_rt.hpp>
#include <nlohmann/json.hpp>
#include <iostream>
using nlohmann::json;
int main(int argc, char **argv) {
  std::string stream = argv[argc - 1];
%s
}
""",
    "go": """package main
import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"
	videodb "libvideodb_rt/bindings/go"
)
func main() {
	ctx := context.Background()
	conn, err := videodb.Connect(videodb.Config{})
	if err != nil { log.Fatal(err) }
	stream, err := conn.DefaultCollection().GetRTStream(ctx, os.Args[1])
	if err != nil { log.Fatal(err) }
	if err := page(ctx, conn, stream); err != nil { log.Fatal(err) }
}
func page(ctx context.Context, conn *videodb.Client, stream *videodb.RTStream) error {
%s
	return nil
}
""",
    "swift": """import Foundation
import VideoDB
import VideoDBAsync
@main struct Page {
  static func main() async throws {
    let client = try Client.connect()
    try await page(client, try await client.defaultCollection.rtstream(CommandLine.arguments[1]).value)
  }
}
func page(_ client: Client, _ stream: RTStream) async throws {
%s
}
""",
}


def run(command, folder=ROOT, timeout=120, **environment):
    """What a command prints; it has to end with 0."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        env={**ENVIRONMENT, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
    )
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(str(word) for word in command)} ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def blocks(page, language):
    """The code blocks of a page in a language."""
    return [code for _, code in code_blocks(ROOT / "docs" / page, language)]


def flags(*libraries):
    return run(["pkg-config", "--cflags", "--libs", *libraries]).split()


def compiled(language, source, program, strict=True):
    """Builds a program from a source file, or from a folder. That of a Swift package has the name of its product."""
    program.parent.mkdir(parents=True, exist_ok=True)
    warnings = WARNINGS if strict else []
    if language == "c":
        run(["gcc", "-std=c11", "-g", *warnings, source, "-o", program, *flags("videodb_rt", "jansson")])
    elif language == "cpp":
        run(["g++", "-std=c++17", "-g", *warnings, source, "-o", program, *flags("videodb_rt")])
    elif language == "swift":
        # In one folder, so that the library is built once for all packages; SwiftPM would take the plan of another one for this one's.
        options = ["--scratch-path", ROOT / ".build-examples", "--disable-build-manifest-caching", "-j", os.environ.get("JOBS", "2")]
        run([os.environ.get("SWIFT", "swift"), "build", "--package-path", source, *options], timeout=300)
        shutil.copy(ROOT / ".build-examples/debug" / program.name, program)
    else:
        run(["go", "build", "-o", program, "."], folder=source)
    return program


def go_module(folder):
    """A module outside of any other, that uses the package."""
    folder.mkdir(parents=True, exist_ok=True)
    run(["go", "mod", "init", "page"], folder=folder)
    for command in blocks("go.md", "sh"):
        if command.startswith("go mod"):
            run(["sh", "-e", "-c", command], folder=folder, CHECKOUT=str(ROOT))
    return folder


def swift_package(folder, file, source):
    """A package of its own, as the page says, with one file."""
    manifest = blocks("swift.md", "swift")[0]
    (folder / "Package.swift").write_text(manifest.replace("/path/to/libvideodb_rt", str(ROOT)))
    (folder / "Sources/first").mkdir(parents=True)
    (folder / "Sources/first" / file).write_text(source)
    return folder
