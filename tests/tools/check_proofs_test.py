#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Shows that tools/dev/check_proofs.py finds what is missing, and only that."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "dev"))
sys.dont_write_bytecode = True

from check_proofs import missing  # noqa: E402

SOURCE = """// T001, gh-12, anyio #3: why
TEST_F(Mutex, Excludes) {
    text("T002");
}
"""


class CheckProofs(unittest.TestCase):
    def test_what_is_there_is_found(self):
        self.assertEqual(missing("T001, gh-12 and anyio #3: `Mutex.Excludes`", [SOURCE]), [])

    def test_cases_need_a_comment(self):
        self.assertEqual(missing("T001 T002 gh-1 bpo-12 #4", [SOURCE]),
                         ["#4", "T002", "bpo-12", "gh-1"])

    def test_tests_must_exist(self):
        self.assertEqual(missing("`Mutex.Excluded`, `weft::mutex`", [SOURCE]), ["Mutex.Excluded"])


if __name__ == "__main__":
    unittest.main()
