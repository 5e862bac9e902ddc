#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Checks that every proof that a list claims exists among the tests.

    check_proofs.py [ROOT [LIST]]

In LIST (tests/runtime/README.md) each case (T001) and each entry of the ledger of bugs (gh-1,
bpo-1, anyio #1, python/asyncio #1) must be named by a comment of a test, and each test in
backticks (`Suite.Test`) must exist. Prints one line for each that is missing and exits 1 then.
"""

import pathlib
import re
import sys

CASE = re.compile(r"\bT\d{3}\b|\b(?:gh|bpo)-\d+|#\d+")
TEST = re.compile(r"`([A-Z]\w+\.\w+)`")
DEFINED = re.compile(r"^(?:TYPED_|FIBER_)?TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)
COMMENT = re.compile(r"//.*")


def missing(claims, sources):
    """What the text `claims` names and none of the texts `sources` has, sorted."""
    named, tests = set(), set()
    for source in sources:
        named.update(CASE.findall(" ".join(COMMENT.findall(source))))
        tests.update(f"{suite}.{name}" for suite, name in DEFINED.findall(source))
    return sorted(set(CASE.findall(claims)) - named) + sorted(set(TEST.findall(claims)) - tests)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    claims = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else root / "tests/runtime/README.md")
    tests = (file for file in (root / "tests").rglob("*.[ch]pp"))
    absent = missing(claims.read_text(encoding="utf-8"),
                     (file.read_text(encoding="utf-8") for file in tests))
    for each in absent:
        print(f"{claims}: no test for {each}")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
