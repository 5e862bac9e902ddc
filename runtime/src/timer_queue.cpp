// SPDX-License-Identifier: BSL-1.0
#include "timer_queue.hpp"

#include "trace/recorder.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace weft::detail {

namespace {

constexpr std::size_t arity = 4;
constexpr std::size_t worth_shrinking = 1024;  // entries

}  // namespace

/// \param length  until it is due, or how late it was; what is negative counts as 0.
[[gnu::noinline]] void timer_queue::tell(trace::event_type what, const timer& about,
                                         clock::duration length) noexcept {
    constexpr std::int64_t longest = std::numeric_limits<std::uint32_t>::max();
    const std::int64_t microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(length).count();
    trace_->note(
        trace::timer_events,
        {.fiber = static_cast<std::uint32_t>(recorder::waker()),
         .type = what,
         .x = static_cast<std::uint32_t>(std::clamp(microseconds, std::int64_t{0}, longest)),
         .object = address_of(&about)});
}

inline bool timer_queue::told() const noexcept {
    return trace_ != nullptr && trace_->wants(trace::timer_events);
}

void timer_queue::put(std::size_t place, const entry& moved) noexcept {
    entries_[place] = moved;
    slots_[moved.slot].place = static_cast<std::uint32_t>(place);
}

void timer_queue::sift_up(std::size_t place, const entry& moved) noexcept {
    while (place > 0) {
        const std::size_t parent = (place - 1) / arity;
        if (!earlier(moved, entries_[parent])) {
            break;
        }
        put(place, entries_[parent]);
        place = parent;
    }
    put(place, moved);
}

void timer_queue::sift_down(std::size_t place, const entry& moved) noexcept {
    for (;;) {
        const std::size_t first = place * arity + 1;
        const std::size_t end = std::min(first + arity, entries_.size());
        if (first >= end) {
            break;
        }
        std::size_t earliest = first;
        for (std::size_t child = first + 1; child < end; ++child) {
            if (earlier(entries_[child], entries_[earliest])) {
                earliest = child;
            }
        }
        if (!earlier(entries_[earliest], moved)) {
            break;
        }
        put(place, entries_[earliest]);
        place = earliest;
    }
    put(place, moved);
}

void timer_queue::remove(std::size_t place) noexcept {
    const entry last = entries_.back();
    entries_.pop_back();
    if (place == entries_.size()) {
        return;
    }
    if (place > 0 && earlier(last, entries_[(place - 1) / arity])) {
        sift_up(place, last);
    } else {
        sift_down(place, last);
    }
}

/// Gives memory back after a crowd has gone. Slots stay: they are an eighth of it.
void timer_queue::shrink() noexcept {
    if (entries_.capacity() > worth_shrinking && entries_.size() < entries_.capacity() / 4) {
        try {
            std::vector<entry> smaller;
            smaller.reserve(entries_.capacity() / 2);
            smaller.assign(entries_.begin(), entries_.end());
            entries_.swap(smaller);
        } catch (const std::bad_alloc&) {
            return;  // it only costs memory to stay as large
        }
        if (entries_.empty() && free_slots_.size() == slots_.size()) {
            slots_ = {};
            free_slots_ = {};
        }
    }
}

std::uint32_t timer_queue::take_slot(timer& armed) {
    if (free_slots_.empty()) {
        free_slots_.reserve(slots_.capacity() + 1);
        slots_.push_back({&armed, 0});
        free_slots_.reserve(slots_.capacity());
        return static_cast<std::uint32_t>(slots_.size() - 1);
    }
    const std::uint32_t taken = free_slots_.back();
    free_slots_.pop_back();
    slots_[taken].armed = &armed;
    return taken;
}

void timer_queue::arm(timer& armed, clock::time_point deadline) {
    entries_.push_back({});
    try {
        armed.slot = take_slot(armed);
    } catch (...) {
        entries_.pop_back();
        throw;
    }
    sift_up(entries_.size() - 1, {deadline, next_sequence_++, armed.slot});
    if (told()) [[unlikely]] {
        tell(trace::event_type::timer_armed, armed, deadline - clock::now());
    }
}

void timer_queue::disarm(timer& armed) noexcept {
    if (armed.slot == timer::unarmed) {
        return;
    }
    slot& held = slots_[armed.slot];
    if (held.place == expiring) {
        held.armed = nullptr;  // expire() frees the slot
    } else {
        remove(held.place);
        free_slots_.push_back(armed.slot);
    }
    armed.slot = timer::unarmed;
    if (told()) [[unlikely]] {
        tell(trace::event_type::timer_disarmed, armed, {});
    }
    shrink();
}

/// Fetches timers and the frames around, which are cold by now, as is what says where their pages
/// are. One line of each page first, without much in between: so the processor looks for several
/// pages at the same time.
void timer_queue::fetch(std::span<const due_timer> due) const noexcept {
    for (const auto& each : due) {
        __builtin_prefetch(slots_[each.slot].armed);
    }
    for (const auto& each : due) {
        const auto* frame = reinterpret_cast<const char*>(slots_[each.slot].armed);
        for (std::ptrdiff_t line = -2; line < 4; ++line) {
            __builtin_prefetch(frame + 64 * line);
        }
    }
}

/// Takes timers that are due out of the heap.
std::size_t timer_queue::take_due(clock::time_point now, std::uint64_t end,
                                  std::array<due_timer, batch_size>& due) noexcept {
    std::size_t count = 0;
    while (count < batch_size && !entries_.empty() && entries_.front().deadline <= now &&
           entries_.front().sequence < end) {
        const auto [deadline, sequence, taken] = entries_.front();
        remove(0);
        slots_[taken].place = expiring;
        due[count++] = {taken, deadline};
    }
    return count;
}

void timer_queue::expire(clock::time_point now) noexcept {
    if (next() > now) {
        return;
    }
    // A timer armed by one that expires here waits for the next call, also when it is due.
    const std::uint64_t end = next_sequence_;
    std::array<due_timer, batch_size> due;
    const std::size_t count = take_due(now, end, due);
    fetch(std::span(due).first(count));
    for (std::size_t i = 0; i < count; ++i) {
        timer* expired = slots_[due[i].slot].armed;
        free_slots_.push_back(due[i].slot);
        if (expired != nullptr) {
            expired->slot = timer::unarmed;
            if (told()) [[unlikely]] {
                tell(trace::event_type::timer_expired, *expired, now - due[i].deadline);
            }
            expired->expired(*expired);
        }
    }
    shrink();
}

}  // namespace weft::detail
