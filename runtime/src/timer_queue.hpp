// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/timer.hpp>
#include <weft/trace_events.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weft::detail {

class recorder;

/// Timers by deadline; equal deadlines expire in the order in which they were armed.
///
/// A heap of four children per node that holds the keys. Timers live on cold stacks, a page each,
/// so sifting must not touch them: a timer knows its slot in a dense table, and only the table
/// knows the place in the heap.
/// Invariant: slots_[entries_[i].slot].place == i, and slots_[t.slot].armed == &t for every armed
/// timer t.
class timer_queue {
public:
    /// \param trace  who is told of timers; null: nobody.
    explicit timer_queue(recorder* trace = nullptr) noexcept : trace_(trace) {}
    timer_queue(const timer_queue&) = delete;
    timer_queue& operator=(const timer_queue&) = delete;
    ~timer_queue() = default;

    /// \throws std::bad_alloc  and arms nothing.
    void arm(timer& armed, clock::time_point deadline);

    /// No effect on a timer that is not armed.
    void disarm(timer& armed) noexcept;

    /// Disarms and calls the first `batch_size` of the timers that were due at `now` when the call
    /// began. With more at once, the fibers that they wake would have left the caches again when
    /// their turn comes: at 100,000 sleepers that took a tenth more.
    void expire(clock::time_point now) noexcept;

    static constexpr std::size_t batch_size = 32;

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
        std::uint32_t slot;
    };
    struct slot {
        timer* armed;         // null: free, or disarmed while it expires
        std::uint32_t place;  // in entries_; or `expiring`
    };
    struct due_timer {
        std::uint32_t slot;
        clock::time_point deadline;
    };
    static constexpr std::uint32_t expiring = static_cast<std::uint32_t>(-1);

    static bool earlier(const entry& left, const entry& right) noexcept {
        return left.deadline != right.deadline ? left.deadline < right.deadline
                                               : left.sequence < right.sequence;
    }

    std::uint32_t take_slot(timer& armed);
    void put(std::size_t place, const entry& moved) noexcept;
    void sift_up(std::size_t place, const entry& moved) noexcept;
    void sift_down(std::size_t place, const entry& moved) noexcept;
    void remove(std::size_t place) noexcept;
    void shrink() noexcept;
    void fetch(std::span<const due_timer> due) const noexcept;
    std::size_t take_due(clock::time_point now, std::uint64_t end,
                         std::array<due_timer, batch_size>& due) noexcept;
    [[nodiscard]] bool told() const noexcept;
    void tell(trace::event_type what, const timer& about, clock::duration length) noexcept;

    std::vector<entry> entries_;
    std::vector<slot> slots_;
    std::vector<std::uint32_t> free_slots_;  // has room for every slot
    std::uint64_t next_sequence_ = 0;
    recorder* trace_;
};

}  // namespace weft::detail
