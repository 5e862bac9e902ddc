// SPDX-License-Identifier: BSL-1.0
#include "timer_queue.hpp"

#include <algorithm>
#include <new>

namespace weft::detail {

namespace {

constexpr std::size_t arity = 4;
constexpr std::size_t worth_shrinking = 1024;  // entries

}  // namespace

void timer_queue::put(std::size_t place, const entry& moved) noexcept {
    entries_[place] = moved;
    moved.armed->place = place;
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
    entries_[place].armed->place = timer::unarmed;
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
    }
}

void timer_queue::arm(timer& armed, clock::time_point deadline) {
    const entry added{deadline, next_sequence_, &armed};
    entries_.push_back(added);
    ++next_sequence_;
    sift_up(entries_.size() - 1, added);
}

void timer_queue::disarm(timer& armed) noexcept {
    if (armed.place != timer::unarmed) {
        remove(armed.place);
        shrink();
    }
}

void timer_queue::expire(clock::time_point now) noexcept {
    // A timer armed by one that expires here waits for the next call, also when it is due.
    const std::uint64_t end = next_sequence_;
    while (!entries_.empty() && entries_.front().deadline <= now &&
           entries_.front().sequence < end) {
        timer& due = *entries_.front().armed;
        remove(0);
        due.expired(due);
    }
    shrink();
}

}  // namespace weft::detail
