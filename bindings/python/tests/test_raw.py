"""The raw layer is what the header declares: checked against the header by the generator, and against what a C compiler makes of it."""

import ctypes
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import ROOT, child

sys.path.insert(0, str(ROOT / "bindings/python"))
import generate
from videodb_rt import _header, _library

HEADER = generate.HEADER.read_text()


class RawLayer(unittest.TestCase):
    def test_is_what_the_generator_writes(self):
        self.assertEqual(generate.module(HEADER), generate.OUTPUT.read_text(), "run bindings/python/generate.py")

    def test_a_change_of_the_header_is_seen(self):
        changes = {
            "a type": ("vdbrt_client_shutdown(vdbrt_client *client, int64_t timeout_ms", "vdbrt_client_shutdown(vdbrt_client *client, int32_t timeout_ms"),
            "a returned type": ("VDBRT_API double vdbrt_event_start", "VDBRT_API int64_t vdbrt_event_start"),
            "a constant": ("VDBRT_E_HANDLE = -2", "VDBRT_E_HANDLE = -3"),
            "a parameter": ("vdbrt_op_new(int64_t timeout_ms, ", "vdbrt_op_new(int64_t timeout_ms, int32_t more, "),
            "a callback": ("typedef void (*vdbrt_credential_fn)(void *user);", "typedef void (*vdbrt_credential_fn)(void *user, int32_t n);"),
            "a declaration gone": ("VDBRT_API void vdbrt_event_free(vdbrt_event *e);", ""),
            "a declaration more": ("VDBRT_API void vdbrt_event_free(vdbrt_event *e);", "VDBRT_API void vdbrt_event_free(vdbrt_event *e); VDBRT_API void vdbrt_more(void);"),
            "the version": ("#define VDBRT_VERSION_NUMBER 1000", "#define VDBRT_VERSION_NUMBER 1001"),
        }  # fmt: skip
        for what, (old, new) in changes.items():
            with self.subTest(what):
                self.assertEqual(HEADER.count(old), 1)
                self.assertNotEqual(generate.module(HEADER.replace(old, new)), generate.OUTPUT.read_text())

    def test_what_is_not_understood_is_an_error(self):
        for declaration in ("VDBRT_API void vdbrt_x(unsigned long x);", "VDBRT_API vdbrt_thing vdbrt_x(void);", "enum { VDBRT_NEW = 1 };"):
            with self.subTest(declaration), self.assertRaises(generate.Unknown):
                generate.module(HEADER.replace("/* ---- Version", declaration + "\n/* ---- Version"))

    def test_every_function_is_in_the_library(self):
        self.assertGreater(len(_header.FUNCTIONS), 100)
        for name in _header.FUNCTIONS:
            self.assertTrue(hasattr(_library.lib, name), name)

    def test_a_c_compiler_agrees(self):
        """Constants have the values, and functions the sizes and kinds of what they take and give, that they have in C."""
        constants = re.findall(r"\b(VDBRT_[A-Z_]+)\s*(?:=|,\s*$)", re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S), flags=re.M)
        kinds = {
            ctypes.c_int32: "int32_t",
            ctypes.c_int64: "int64_t",
            ctypes.c_size_t: "size_t",
            ctypes.c_double: "double",
            ctypes.c_char_p: "const char *",
            ctypes.c_void_p: "void *",
        }

        def check(place, expression, kind):
            c = kinds.get(kind, "void *")  # a POINTER or a callback
            same_class = f"__builtin_classify_type({expression}) == __builtin_classify_type(({c})0)"
            return f'_Static_assert({same_class} && sizeof({expression}) == sizeof({c}), "{place}");'

        lines = ["#include <videodb_rt.h>", "#include <stdio.h>"]
        for name, (returned, parameters) in _header.FUNCTIONS.items():
            # Arguments of the declared types: a call with too many, too few, or of another kind does not compile.
            arguments = []
            for parameter, kind in parameters:
                arguments.append(f"({kinds[kind]})0" if kind in (ctypes.c_int32, ctypes.c_int64, ctypes.c_size_t) else "0")
            call = f"{name}({', '.join(arguments)})"
            lines.append(f"static void call_{name}(void) {{ (void)0; {'' if returned is None else '(void)'}{call}; }}")
            if returned is not None:
                lines.append(check(name, call, returned))
        lines.append("int main(void) {")
        lines += [f'printf("{constant} %d\\n", (int){constant});' for constant in constants]
        lines += [f"(void)call_{name};" for name in _header.FUNCTIONS]
        lines.append("return 0; }")
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder) / "check.c", Path(folder) / "check"
            source.write_text("\n".join(lines))
            # Never run: the calls are there for the compiler.
            command = ["gcc", "-std=gnu11", "-Wall", "-Werror=conversion", "-Wno-unused", f"-I{ROOT / 'Include'}", source, "-o", program]
            subprocess.run([*command, _library.path], check=True)
            environment = {"LD_LIBRARY_PATH": str(Path(_library.path).resolve().parent)}
            said = subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout
        in_c = {name: int(value) for name, value in (line.split() for line in said.splitlines())}
        ours = {}
        for _, (enum, prefix, _, _) in generate.ENUMS.items():
            ours.update({prefix + name: int(member) for name, member in getattr(_header, enum).__members__.items()})
        self.assertGreater(len(ours), 50)
        self.assertEqual({name: in_c.get(name) for name in ours}, ours)

    def test_the_library_is_of_the_header_s_version(self):
        self.assertEqual(_library.lib.vdbrt_version_number(), _header.VERSION_NUMBER)
        self.assertEqual(_library.version(), _header.VERSION_STRING)


class Search(unittest.TestCase):
    """Where the library is looked for."""

    def fails(self, **environment):
        return child("try:\n  import videodb_rt\nexcept ImportError as e:\n  print(e)", **environment)

    def test_a_named_file_is_the_only_one(self):
        said = self.fails(VIDEODB_RT_LIBRARY="/nowhere/lib.so")
        self.assertIn("/nowhere/lib.so", said)
        self.assertIn("VIDEODB_RT_LIBRARY", said)
        self.assertNotIn("linker", said)

    @unittest.skipIf(subprocess.run(["pkg-config", "--exists", "videodb_rt"]).returncode == 0, "the library is installed here")
    def test_pkg_config_then_the_linker(self):
        said = self.fails(VIDEODB_RT_LIBRARY="", PKG_CONFIG_PATH="", LD_LIBRARY_PATH="")
        self.assertIn("the system's linker", said)
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "videodb_rt.pc").write_text(
                f"libdir={Path(_library.path).resolve().parent}\nName: videodb_rt\nDescription: x\nVersion: 1\n"
            )
            said = child("import videodb_rt; print(videodb_rt.library_path)", VIDEODB_RT_LIBRARY="", PKG_CONFIG_PATH=folder)
        self.assertEqual(said.strip(), str(Path(_library.path).resolve().parent / _library.NAME))
        folder = str(Path(_library.path).resolve().parent)
        said = child("import videodb_rt; print(videodb_rt.library_path)", VIDEODB_RT_LIBRARY="", PKG_CONFIG_PATH="", LD_LIBRARY_PATH=folder)
        self.assertEqual(said.strip(), _library.NAME)

    def test_an_older_library_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            old = Path(folder) / "old.so"
            subprocess.run(["gcc", "-shared", "-x", "c", "-", "-o", old], input=b"int vdbrt_version_number(void) { return 1; }", check=True)
            said = self.fails(VIDEODB_RT_LIBRARY=str(old))
        self.assertIn("lacks vdbrt_", said)
        self.assertIn("older", said)
