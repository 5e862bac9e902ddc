// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <source_location>

namespace weft {

namespace detail {
struct fiber;
}

/// Asserts that the fiber is not suspended during a lifetime: that no other fiber runs meanwhile.
///
/// Nothing in the source of a call shows whether it suspends; this guard states it where code
/// relies on it. A call that has to suspend all the same is a bug: the program ends with a line
/// that names the fiber, what it would wait for and where the guard stands. Calls that find what
/// they need without waiting are fine, and cancellation is thrown as ever. Costs nothing outside.
/// Threads: any; without effect outside fibers.
class [[nodiscard]] no_suspend_guard {
public:
    explicit no_suspend_guard(
        std::source_location stands_at = std::source_location::current()) noexcept;
    ~no_suspend_guard();

    no_suspend_guard(const no_suspend_guard&) = delete;
    no_suspend_guard& operator=(const no_suspend_guard&) = delete;

private:
    std::source_location stands_at_;
    detail::fiber* fiber_;
    const std::source_location* outer_ = nullptr;
    int credit_ = 0;
};

}  // namespace weft
