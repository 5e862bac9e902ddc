// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace weft::detail {

/// Decides whether to look for events a little longer before the thread sleeps in the kernel.
///
/// Going to sleep and being woken costs some 50 us of latency, more than a peer on the same
/// machine needs to answer. So after short waits the runtime spins; after spins in vain it stops,
/// so that an idle program uses no CPU. With many descriptors in play there is always other work
/// and spinning would only burn the CPU that the peers need.
class idle_spin {
public:
    static constexpr auto limit = std::chrono::microseconds(50);

    [[nodiscard]] bool worthwhile() const noexcept { return credit_ > 0; }

    /// A spin ended, with or without an event.
    void spun(bool found) noexcept {
        if (found) {
            credit_ = full_credit;
            needed_ = 1;
        } else if (--credit_ == 0) {
            needed_ = std::min(needed_ * 2, most_needed);
        }
    }

    /// A wait in the kernel ended after `waited` with `count` operations finished.
    void waited(clock::duration waited, std::size_t count) noexcept {
        const bool quick = waited < 4 * limit && count > 0 && count <= few;
        quick_waits_ = quick ? quick_waits_ + 1 : 0;
        if (quick_waits_ >= needed_) {
            quick_waits_ = 0;
            credit_ = full_credit;
        }
    }

private:
    static constexpr int full_credit = 2;  // spins in vain before giving up
    static constexpr std::size_t few = 2;  // operations at once
    static constexpr int most_needed = 64;

    int credit_ = 0;
    int needed_ = 1;  // quick waits in a row before the next spin; doubles when spins are in vain
    int quick_waits_ = 0;
};

}  // namespace weft::detail
