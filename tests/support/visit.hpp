// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <gtest/gtest.h>

namespace weft::test {

/// Counts for a lifetime who is inside of something, and that there are never too many.
class visit {
public:
    visit(int& inside, int most) : inside_(inside) { EXPECT_LE(++inside_, most); }
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;
    ~visit() { --inside_; }

private:
    int& inside_;
};

}  // namespace weft::test
