#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks what the compiler cannot: layers, sizes and a few habits.

    check_layers.py [ROOT]

Prints one line `file:line: rule: what is wrong` for each fault and exits 1 if there is one.
The rules are those of the design pages (README.md of each room); each has a bad sample in
tests/tools/check_layers_test.py.
"""

import pathlib
import re
import sys

HEADER_LINES = 250
SOURCE_LINES = 400

CODE = {".hpp", ".cpp"}
SCRIPTS = {".cmake", ".sh", ".py"}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')

# What only the sources of a room may include: headers of other people's libraries.
THIRD_PARTY_INCLUDE = re.compile(r"(openssl|boost|brotli)/|(ares|ares_\w+|zlib|liburing)\.h$")
THIRD_PARTY_NAME = re.compile(
    r"\b(SSL|SSL_CTX|X509|EVP_\w+|BIO|ares_\w+|z_stream|io_uring\w*|Brotli\w+)\b|\bboost::")

SLEEP = re.compile(r"\bthis_thread::sleep_|\b(u|nano)?sleep\s*\(|\bSYS_(clock_)?nanosleep|"
                   r"\bpoll\((nullptr|NULL|0), 0,|\bselect\(0, ")
SLEEP_IN_SCRIPT = re.compile(r"^\s*sleep\s+[\d.$]|[;&|]\s*sleep\s+[\d.$][^&]*$|\btime\.sleep\(")
# Benchmarks, programs that are looked at or run on fibers while they sleep, and what tests this.
SLEEPERS = re.compile(r"tests/bench/|tests/(\w+/)*programs/|"
                      r"tests/interpose/real/standard_library\.py|tests/tools/check_layers_test\.py")
# A skip that says what the machine lacks is fine.
SWITCHED_OFF = re.compile(
    r"\bDISABLED_|\bGTEST_SKIP\(\)\s*;|^\s*//\s*(FIBER_)?TEST(_F|_P)?\(|^\s*#\s*if\s+0\b")


class Layer:
    """Files below `where` may not include what `forbidden` matches."""

    def __init__(self, where, forbidden, why):
        self.where = re.compile(where)
        self.forbidden = re.compile(forbidden)
        self.why = why


LAYERS = [
    Layer(r"runtime/", r"weft/(net|http)/|(^|/)net/", "runtime knows nothing of net"),
    Layer(r"(runtime/(?!boost_fiber/)|net/)", r"^boost/fiber/|^weft/boost_fiber\.hpp$",
          "only runtime/boost_fiber includes Boost.Fiber"),
    Layer(r"net/", r"(^|/)runtime/|^(engine|reactor|trace)/|^(scheduler|fiber|stack_pool)\.hpp$",
          "net sees only the public headers of runtime"),
    Layer(r"net/", r"^weft/detail/", "net sees only the public headers of runtime"),
    Layer(r"net/interpose/", r"^weft/http/|^weft/net/(?!(dns|address|error)\.hpp$)",
          "of net, interpose knows the resolver only"),
    Layer(r"(runtime/|net/(?!interpose/)|examples/|tools/)", r"(^|/)interpose/",
          "nobody includes anything of interpose"),
    Layer(r"net/(include/weft/http|src/http)/",
          r"^weft/net/(tls|tcp)\w*\.hpp$|^(net/)?(tls/|tcp)|^weft/io\.hpp$",
          "http knows stream and connector, not tls, tcp or io"),
    Layer(r"net/(include/weft/net/tls|src/tls/)",
          r"^weft/io\.hpp$|^weft/net/(tcp|unix|udp|dns|socket)\w*\.hpp$",
          "tls knows the interfaces stream and connector only"),
    Layer(r"net/(include/weft/net|src)/(?!http/)", r"^weft/http/|^http/",
          "only http includes http"),
    Layer(r"((runtime|net)/(?!testing/)|examples/|tools/)",
          r"(^|/)tests?/|^support/|gtest|gmock", "only tests and testing/ include tests"),
    Layer(r"tests/runtime/", r"^weft/(net|http)/", "runtime is tested without net"),
    Layer(r"tools/trace/", r"^weft/(?!trace_(format|events)\.hpp$)|(^|/)(runtime|net)/",
          "the trace tool knows weft by the format of the trace only"),
    Layer(r"examples/", r"/src/|^weft/(\w+/)*detail/", "examples see public headers only"),
]


class Checker:
    def __init__(self, root):
        self.root = root
        self.faults = []

    def fault(self, path, line, rule, what):
        self.faults.append(f"{path}:{line}: {rule}: {what}")

    def run(self):
        for file in sorted(self.root.rglob("*")):
            path = file.relative_to(self.root)
            if path.parts[0] in ("build", ".git", ".cache") or not file.is_file():
                continue
            if file.suffix in CODE or file.suffix in SCRIPTS or file.name == "CMakeLists.txt":
                lines = file.read_text(encoding="utf-8").splitlines()
                self.check_licence(path, lines)
                if file.suffix in CODE:
                    self.check_code(path, lines)
                elif path.parts[0] == "tests":
                    self.check_sleep(path, lines, SLEEP_IN_SCRIPT, "#")
        return self.faults

    def check_code(self, path, lines):
        self.check_size(path, lines)
        self.check_includes(path, lines)
        self.check_is_built(path)
        if is_public_header(path):
            self.check_has_test(path)
            self.check_third_party(path, lines)
        if path.suffix == ".hpp" and "#pragma once" not in lines:
            self.fault(path, 1, "guard", "a header needs #pragma once")
        if path.parts[0] == "tests":
            self.check_test_habits(path, lines)

    def check_licence(self, path, lines):
        if not any("SPDX-License-Identifier: BSL-1.0" in line for line in lines[:2]):
            self.fault(path, 1, "licence", "the SPDX line is missing at the top")

    def check_size(self, path, lines):
        limit = HEADER_LINES if path.suffix == ".hpp" else SOURCE_LINES
        if len(lines) > limit:
            self.fault(path, len(lines), "size", f"{len(lines)} lines, at most {limit}")

    def check_includes(self, path, lines):
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            included = found.group(2)
            for layer in LAYERS:
                if layer.where.match(path.as_posix()) and layer.forbidden.search(included):
                    self.fault(path, number, "layer", f"{layer.why}: {included}")

    def check_third_party(self, path, lines):
        if path.parts[0] != "net" or "detail" in path.parts:
            return
        for number, line in enumerate(lines, 1):
            included = INCLUDE.match(line)
            if included and THIRD_PARTY_INCLUDE.match(included.group(2)):
                self.fault(path, number, "third-party", f"public header shows {included.group(2)}")
                continue
            named = THIRD_PARTY_NAME.search(line.split("//")[0])
            if named:
                self.fault(path, number, "third-party", f"public header shows {named.group(0)}")

    def check_is_built(self, path):
        """A file that no CMakeLists.txt names is neither built, tested nor installed."""
        if not (path.suffix == ".cpp" or is_public_header(path)):
            return
        for folder in path.parents:
            lists = self.root / folder / "CMakeLists.txt"
            named = rf"(?<![\w/.]){re.escape(path.relative_to(folder).as_posix())}\b"
            if lists.is_file() and re.search(named, lists.read_text(encoding="utf-8")):
                return
        self.fault(path, 1, "unbuilt", "no CMakeLists.txt above names this file")

    def check_has_test(self, path):
        if "detail" in path.parts:
            return
        test = test_of(path)
        if not (self.root / test).is_file():
            self.fault(path, 1, "pairing", f"{test} is missing")

    def check_test_habits(self, path, lines):
        self.check_sleep(path, lines, SLEEP, "//")
        for number, line in enumerate(lines, 1):
            if SWITCHED_OFF.search(line):
                self.fault(path, number, "disabled", "a test is fixed or removed, not switched off")

    def check_sleep(self, path, lines, sleep, comment):
        if SLEEPERS.match(path.as_posix()):
            return
        for number, line in enumerate(lines, 1):
            if sleep.search(line.split(comment)[0].replace("this_fiber::", "")):
                self.fault(path, number, "sleep", "tests wait for events or move a manual clock")


def is_public_header(path):
    return path.suffix == ".hpp" and ("include", "weft") in (path.parts[1:3], path.parts[2:4])


def test_of(header):
    """runtime/include/weft/X.hpp -> tests/runtime/X_test.cpp; net/include/weft/net/X.hpp ->
    tests/net/X_test.cpp; net/include/weft/http/X.hpp -> tests/net/http/X_test.cpp;
    runtime/boost_fiber/include/weft/X.hpp -> tests/boost_fiber/X_test.cpp, and so
    runtime/testing/include/weft/testing/X.hpp -> tests/testing/X_test.cpp."""
    include = header.parts.index("include")
    room = header.parts[include - 1]
    inner = list(header.parts[include + 2:-1])
    if inner[:1] == [room]:
        inner = inner[1:]
    return pathlib.Path("tests", room, *inner, header.stem + "_test.cpp")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    faults = Checker(root).run()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
