// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/event.hpp>

#include <cstddef>
#include <map>
#include <set>

namespace weft::testing {

/// Lets fibers do things in the order that a test wants: 0 first, then 1, and so on.
///
///     const auto turn = order.wait_for(1);  // lasts until the end of the block
///
/// Threads: only on the thread of its runtime.
class sequencer {
public:
    /// Somebody's turn, for its lifetime.
    class [[nodiscard]] turn {
    public:
        explicit turn(sequencer& of) noexcept : of_(of) {}
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn() { of_.go_on(); }

    private:
        sequencer& of_;
    };

    /// Waits for the end of the turns before `position`.
    ///
    /// Cancellation: throws cancelled, and the turns after it never come: who waits for one, or
    ///               asks later, gets usage_error.
    /// \throws usage_error  if the position was asked for before.
    turn wait_for(std::size_t position);

private:
    friend class turn;
    void go_on() noexcept;
    void break_up() noexcept;

    std::size_t now_ = 0;
    bool broken_ = false;
    std::set<std::size_t> taken_;
    std::map<std::size_t, event*> waiting_;
};

}  // namespace weft::testing
