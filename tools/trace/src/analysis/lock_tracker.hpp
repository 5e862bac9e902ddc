// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "analysis/interval.hpp"

namespace weft::trace_tool {

/// How a fiber held a lock, while others waited for it, and waited itself for something that is no
/// lock. Ticks.
struct absent_holder {
    std::uint64_t longest = 0;  ///< of one time that it held the lock
    std::uint8_t reason = 0;    ///< for what it waited most of that
    std::uint64_t total = 0;
    std::uint64_t times = 0;
};

/// That a fiber waited for a lock while it held another one.
struct nested_wait {
    std::uint32_t fiber = 0;
    std::uint32_t stack = 0;  ///< of the wait
};

/// What is known of locks besides who waited for them.
struct lock_use {
    std::map<std::pair<std::uint64_t, std::uint32_t>, absent_holder> absent;  ///< by lock, holder
    std::map<std::pair<std::uint64_t, std::uint64_t>, nested_wait> nested;    ///< by held, wanted
    std::set<std::pair<std::uint64_t, std::uint32_t>> left_locked;  ///< by a fiber that ended
};

/// Follows who holds the locks for which somebody waits, by sync_events: of the others nothing is
/// recorded.
///
/// Invariant: whoever it takes for a holder holds the lock until its last waiter got it, or gave
/// up. After that nobody is known to hold it.
class lock_tracker {
public:
    explicit lock_tracker(lock_use& made) : made_(made) {}

    void add(const trace::event& next);

    /// One that the next event ends.
    void add(const interval& done);

    /// Events are missing: nobody is known to hold anything.
    void add_gap();

    /// The recording ends: so does what is known of those that hold something then.
    void finish();

private:
    struct hold {
        std::uint32_t holder = 0;
        std::uint64_t since = 0;
        std::set<std::uint32_t> waiters{};
        std::map<std::uint8_t, std::uint64_t> absent{};  ///< ticks, by reason
    };
    /// The lock for which a fiber waits, and those that it held at some time of that wait.
    struct wish {
        std::uint64_t lock = 0;
        std::set<std::uint64_t> holding{};
    };
    using holds = std::unordered_map<std::uint64_t, hold>;  // by lock

    void want(const trace::event& contended);
    void receive(const trace::event& received);
    void give_up(const interval& wait);
    void end_fiber(std::uint32_t fiber);
    void note_nested(const interval& wait);
    void note_absence(const interval& wait);
    void begin_hold(std::uint64_t lock, hold begun);
    void end_hold(holds::iterator ended);
    void keep_absence(std::uint64_t lock, const hold& ended);

    lock_use& made_;
    holds holds_;
    std::unordered_map<std::uint32_t, std::set<std::uint64_t>> held_by_;  // the locks in `holds_`
    std::unordered_map<std::uint32_t, wish> wishes_;
};

}  // namespace weft::trace_tool
