// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/wait.h>

namespace weft::test {

/// Whether this process has children, running or not reaped.
inline bool has_children() {
    siginfo_t found{};
    return ::waitid(P_ALL, 0, &found, WEXITED | WNOHANG | WNOWAIT) == 0;
}

}  // namespace weft::test
