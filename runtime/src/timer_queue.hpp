// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/timer.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weft::detail {

/// Timers by deadline; equal deadlines expire in the order in which they were armed.
///
/// A heap of four children per node, with the keys in the array: sifting reads no timer. Invariant:
/// `place` of an armed timer is its index in the array, so that disarm() finds it at once.
class timer_queue {
public:
    timer_queue() = default;
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;
    ~timer_queue() = default;

    /// \throws std::bad_alloc  and arms nothing.
    void arm(timer& armed, clock::time_point deadline);

    /// No effect on a timer that is not armed.
    void disarm(timer& armed) noexcept;

    /// Disarms and calls every timer that was due at `now` when the call began.
    void expire(clock::time_point now) noexcept;

    /// The earliest deadline; `never` if nothing is armed.
    [[nodiscard]] clock::time_point next() const noexcept {
        return entries_.empty() ? never : entries_.front().deadline;
    }

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return entries_.capacity(); }

private:
    struct entry {
        clock::time_point deadline;
        std::uint64_t sequence;
        timer* armed;
    };

    static bool earlier(const entry& left, const entry& right) noexcept {
        return left.deadline != right.deadline ? left.deadline < right.deadline
                                               : left.sequence < right.sequence;
    }

    void put(std::size_t place, const entry& moved) noexcept;
    void sift_up(std::size_t place, const entry& moved) noexcept;
    void sift_down(std::size_t place, const entry& moved) noexcept;
    void remove(std::size_t place) noexcept;
    void shrink() noexcept;

    std::vector<entry> entries_;
    std::uint64_t next_sequence_ = 0;
};

}  // namespace weft::detail
