// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <threads.h>

#include <cerrno>

namespace weft::interpose {

/// What the functions of C11 return where those of POSIX return `error`. In glibc both work on the
/// same objects.
[[nodiscard]] inline int c11_result(int error) noexcept {
    switch (error) {
        case 0: return thrd_success;
        case EBUSY: return thrd_busy;
        case ENOMEM: return thrd_nomem;
        case ETIMEDOUT: return thrd_timedout;
        default: return thrd_error;
    }
}

}  // namespace weft::interpose
