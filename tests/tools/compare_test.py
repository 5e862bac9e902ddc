#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""Lets tools/dev/compare.py count a tree whose figures are known."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools" / "dev"))
import compare  # noqa: E402

FILES = {
    "runtime/include/weft/a.hpp": "// SPDX\n#pragma once\n/// Does it.\nvoid a();  ///< at once\n",
    "runtime/src/scheduler.cpp": "// SPDX\n#if BAD\n#endif\nint b;\n",
    "net/include/weft/net/c.hpp": "// SPDX\n#define C(x) x\n",
    "tests/runtime/a_test.cpp": "// SPDX\nTEST(A, Works) {\n    a();\n}\n\nTEST_F(B, Works) {\n}\n",
}


class CompareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        for name, text in FILES.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        self.tree = compare.Tree(root)

    def measured(self, rows):
        return {what: (measured, met) for _, what, measured, _, _, met in rows(self.tree)}

    def test_counts_conditions_and_macros(self):
        found = self.measured(compare.preprocessor_rows)
        self.assertEqual(found["`#if` in 1,000 lines"], ("100.0", False))
        self.assertEqual(found["`#if` in the scheduler"], ("1", False))
        self.assertEqual(found["macros with arguments in public headers"], ("1", True))

    def test_counts_comments_without_the_licence(self):
        header = pathlib.Path("runtime/include/weft/a.hpp")
        self.assertEqual(compare.comment_share(self.tree, [header]), 67)

    def test_measures_each_test_of_the_suite(self):
        self.assertEqual(compare.test_lengths(self.tree), [3, 2])

    def test_takes_the_smallest_value_that_enough_do_not_exceed(self):
        self.assertEqual(compare.percentile([5, 1, 4, 2, 3], 0.9), 5)
        self.assertEqual(compare.percentile([5, 1, 4, 2, 3], 0.8), 4)
        self.assertEqual(compare.percentile([7], 0.9), 7)


if __name__ == "__main__":
    unittest.main()
