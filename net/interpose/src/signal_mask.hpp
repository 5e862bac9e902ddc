// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <csignal>
#include <cstdint>
#include <cstring>

namespace weft::interpose {

/// Whether waiting with this mask, as ppoll() and its like do, differs from waiting as the thread
/// is. Such a wait is left to another thread: the mask of this one is that of all its fibers.
[[nodiscard]] inline bool changes_mask(const sigset_t* wanted) noexcept {
    sigset_t present;
    return wanted != nullptr && ::pthread_sigmask(SIG_SETMASK, nullptr, &present) == 0 &&
           std::memcmp(wanted, &present, sizeof(std::uint64_t)) != 0;  // of 64 signals
}

}  // namespace weft::interpose
