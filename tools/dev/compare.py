#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Measures this tree by the scheme with which code bases are compared.

    compare.py [ROOT]

Prints a Markdown table: each figure beside its target and beside what the best comparable projects
reach. Only what can be counted; what a reader has to judge is missing. Exits 0 whatever it finds,
2 if it cannot count: functions are found by universal-ctags.
"""

import json
import math
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

import check_layers

PRODUCTION = ("runtime", "net")
TEST = re.compile(r"^(?:FIBER_)?TEST(_F|_P)?\((\w+), (\w+)\)")
CONDITIONAL = re.compile(r"^\s*#\s*if")
MACRO = re.compile(r"^\s*#\s*define\s+\w+\(")
COMMENT = re.compile(r"(^|\s)//")


class Tree:
    """The files of a checkout, read once."""

    def __init__(self, root):
        self.root = root
        self.text = {}
        for room in (*PRODUCTION, "examples", "tests"):
            for file in sorted((root / room).rglob("*.[ch]pp")):
                self.text[file.relative_to(root)] = file.read_text(encoding="utf-8").splitlines()

    def production(self):
        return [path for path in self.text if path.parts[0] in PRODUCTION]

    def public_headers(self):
        return [path for path in self.production()
                if check_layers.is_public_header(path) and "detail" not in path.parts]

    def tests(self):
        return [path for path in self.text
                if path.parts[0] == "tests" and path.parts[1] != "bench"]

    def lines(self, paths):
        return sum(len(self.text[path]) for path in paths)

    def count(self, pattern, paths, first=0):
        return sum(bool(pattern.search(line)) for path in paths for line in self.text[path][first:])


def percentile(values, share):
    """The smallest value that is not below `share` of the values."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def sizes(values):
    return statistics.median_low(values), percentile(values, 0.9), max(values)


def function_sizes(tree):
    command = ["ctags", "--languages=C++", "--kinds-C++=f", "--fields=+ne", "--output-format=json",
               "-f", "-", *(str(tree.root / path) for path in tree.production())]
    tags = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = [json.loads(line) for line in tags.splitlines()]
    return [tag["end"] - tag["line"] + 1 for tag in found if "end" in tag]


def comment_share(tree, paths):
    """Percent of the lines that are not empty and have a comment; the licence aside."""
    lines = [line for path in paths for line in tree.text[path][1:] if line.strip()]
    return round(100 * tree.count(COMMENT, paths, first=1) / len(lines))


def test_lengths(tree):
    lengths = []
    for path in tree.tests():
        begin = None
        for number, line in enumerate(tree.text[path]):
            if TEST.match(line):
                begin = number
            elif line == "}" and begin is not None:
                lengths.append(number - begin + 1)
                begin = None
    return lengths


def file_rows(tree):
    median, most, longest = sizes([len(tree.text[path]) for path in tree.production()])
    yield (1, "lines of a file: median / 90 % / longest", f"{median} / {most} / {longest}",
           "<= 100 / 220 / 400", "userver 59 / 212 / 1,022",
           median <= 100 and most <= 220 and longest <= 400)
    functions = function_sizes(tree)
    p90, p99, longest = percentile(functions, 0.9), percentile(functions, 0.99), max(functions)
    yield (2, "lines of a function: 90 % / 99 % / longest", f"{p90} / {p99} / {longest}",
           "<= 18 / 40 / 40", "marl 18 / 39 / 49", p90 <= 18 and p99 <= 40 and longest <= 40)


def preprocessor_rows(tree):
    conditionals = tree.count(CONDITIONAL, tree.production())
    share = 1000 * conditionals / tree.lines(tree.production())
    yield (3, "`#if` in 1,000 lines", f"{share:.1f}", "<= 2", "userver 1.3", share <= 2)
    macros = tree.count(MACRO, tree.public_headers())
    yield (3, "macros with arguments in public headers", str(macros), "<= 2", "leveldb 0",
           macros <= 2)
    inside = tree.count(CONDITIONAL, [path for path in tree.production()
                                      if path.stem.startswith("scheduler")])
    yield (3, "`#if` in the scheduler", str(inside), "0", "task_context.cpp 2", inside == 0)


def surface_rows(tree):
    faults = check_layers.Checker(tree.root).run()
    upward = sum(": layer: " in fault for fault in faults)
    yield (4, "includes against the layers", str(upward), "0", "leveldb 0", upward == 0)
    headers = tree.public_headers()
    for room in PRODUCTION:
        lengths = [len(tree.text[path]) for path in headers if path.parts[0] == room]
        median = statistics.median_low(lengths)
        yield (5, f"public headers of {room}: number / median lines", f"{len(lengths)} / {median}",
               "<= 35 / 100", "leveldb 15 / 103", len(lengths) <= 35 and median <= 100)
    foreign = sum(": third-party: " in fault for fault in faults)
    yield (5, "types of other libraries in public headers of net", str(foreign), "0", "leveldb 0",
           foreign == 0)
    share = comment_share(tree, headers)
    yield (6, "comments in public headers", f"{share} %", "30-50 %", "leveldb 50 %",
           30 <= share <= 50)
    share = comment_share(tree, [path for path in tree.production() if "src" in path.parts])
    yield (6, "comments below src/", f"{share} %", "13-17 %", "kj 17 %", 13 <= share <= 17)


def test_rows(tree):
    lengths = test_lengths(tree)
    each = len(lengths) / len(tree.public_headers())
    yield (9, "tests for a public header", f"{each:.1f}", ">= 5", "", each >= 5)
    median, most, _ = sizes(lengths)
    yield (9, "lines of a test: median / 90 %", f"{median} / {most}", "<= 15 / 30", "marl 14 / 28",
           median <= 15 and most <= 30)
    faults = check_layers.Checker(tree.root).run()
    habits = sum(": sleep: " in fault or ": disabled: " in fault for fault in faults)
    yield (9, "sleeps and tests switched off", str(habits), "0", "", habits == 0)
    ratio = tree.lines(tree.tests()) / tree.lines(tree.production())
    yield (9, "lines of tests for a line of code", f"{ratio:.2f}", "0.6-1.2", "libuv 1.6",
           0.6 <= ratio <= 1.2)


def first_contact_rows(tree):
    readme = (tree.root / "README.md").read_text(encoding="utf-8").splitlines()
    line = readme.index("```cpp") + 1
    yield (11, "line of the README with the first program", str(line), "<= 20", "marl 17",
           line <= 20)
    hello = [line for line in tree.text[pathlib.Path("examples/guide/hello.cpp")]
             if line and not COMMENT.match(line)]
    yield (11, "lines of code of the smallest example", str(len(hello)), "<= 20", "",
           len(hello) <= 20)
    tested = (tree.root / "tests/install/stranger/CMakeLists.txt").is_file()
    yield (11, "installed package is tested", "yes" if tested else "no", "yes", "leveldb", tested)


def main():
    if shutil.which("ctags") is None:
        print("compare.py: needs ctags (Debian's package universal-ctags)", file=sys.stderr)
        return 2
    tree = Tree(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    print("| # | what | weft | target | others | met |\n|---|---|---|---|---|---|")
    for rows in (file_rows, preprocessor_rows, surface_rows, test_rows, first_contact_rows):
        for point, what, measured, target, others, met in rows(tree):
            print(f"| {point} | {what} | {measured} | {target} | {others or '-'} | "
                  f"{'yes' if met else 'no'} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
