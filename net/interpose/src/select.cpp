// SPDX-License-Identifier: BSL-1.0

// select, pselect.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"
#include "several_wait.hpp"
#include "signal_mask.hpp"
#include "signal_waits.hpp"
#include "time_limit.hpp"

#include <sys/time.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <vector>

namespace weft::interpose {

namespace {

constexpr std::size_t bits_per_word = sizeof(unsigned long) * CHAR_BIT;

/// A set of the caller's, of any size, and the copy that the kernel changes.
class descriptor_set {
public:
    descriptor_set(fd_set* callers, int count)
        : callers_(reinterpret_cast<unsigned long*>(callers)),
          words_(callers == nullptr
                     ? 0
                     : (static_cast<std::size_t>(count) + bits_per_word - 1) / bits_per_word) {}

    /// A fresh copy, or null.
    fd_set* copy() {
        std::copy_n(callers_, words_.size(), words_.begin());
        return callers_ == nullptr ? nullptr : reinterpret_cast<fd_set*>(words_.data());
    }

    void give_back() noexcept { std::copy(words_.begin(), words_.end(), callers_); }

    [[nodiscard]] bool has(int fd) const noexcept {
        const auto bit = static_cast<std::size_t>(fd);
        return callers_ != nullptr &&
               (callers_[bit / bits_per_word] >> (bit % bits_per_word) & 1) != 0;
    }

private:
    unsigned long* callers_;
    std::vector<unsigned long> words_;
};

/// The three sets of one call.
class selection {
public:
    selection(int count, fd_set* read, fd_set* write, fd_set* except)
        : count_(count), sets_{{{read, count}, {write, count}, {except, count}}} {}

    /// select() that does not wait; the caller's sets change with its success.
    int look() {
        timeval at_once{};
        const int ready =
            real.select(count_, sets_[0].copy(), sets_[1].copy(), sets_[2].copy(), &at_once);
        if (ready > 0) {
            give_back();
        }
        return ready;
    }

    /// The same with another mask of signals meanwhile.
    int look_with(const sigset_t& mask) {
        const timespec at_once{};
        const int ready = real.pselect(count_, sets_[0].copy(), sets_[1].copy(), sets_[2].copy(),
                                       &at_once, &mask);
        if (ready > 0) {
            give_back();
        }
        return ready;
    }

    /// Nothing is ready: empties the caller's sets.
    void give_back() noexcept {
        for (descriptor_set& each : sets_) {
            each.give_back();
        }
    }

    [[nodiscard]] std::vector<pollfd> asked() const {
        static constexpr std::array<short, 3> events{POLLIN, POLLOUT, POLLPRI};
        std::vector<pollfd> all;
        for (int fd = 0; fd < count_; ++fd) {
            short wanted = 0;
            for (std::size_t i = 0; i < sets_.size(); ++i) {
                wanted = static_cast<short>(wanted | (sets_[i].has(fd) ? events[i] : 0));
            }
            if (wanted != 0) {
                all.push_back({fd, wanted, 0});
            }
        }
        return all;
    }

private:
    int count_;
    std::array<descriptor_set, 3> sets_;
};

/// \param mask  of signals meanwhile; null: as it is.
int select_until(selection sets, clock::time_point deadline, const sigset_t* mask = nullptr) {
    return fiber_call<int>(-1, [&] {
        checkpoint();
        int ready = mask != nullptr ? sets.look_with(*mask) : sets.look();
        if (ready != 0) {
            return ready;
        }
        const mask_meanwhile changed(mask != nullptr ? *mask : sigset_t{}, mask != nullptr);
        const std::vector<pollfd> asked = sets.asked();
        while (ready == 0 && wait_for_any(asked, deadline)) {
            ready = sets.look();
        }
        if (ready == 0) {
            sets.give_back();
        }
        return ready;
    });
}

/// What the kernel refuses at once, and what is larger than any set of descriptors.
bool is_odd(int count) noexcept {
    constexpr int largest = 1 << 20;
    return count < 0 || count > largest;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* limit) {
    const bool looks_only = limit != nullptr && limit->tv_sec == 0 && limit->tv_usec == 0;
    const bool refused = limit != nullptr && (limit->tv_sec < 0 || limit->tv_usec < 0);
    if (!on_fiber() || looks_only || refused || is_odd(count)) {
        return real.select(count, read, write, except, limit);
    }
    timespec span{};
    if (limit != nullptr) {
        span = {limit->tv_sec + limit->tv_usec / 1'000'000, limit->tv_usec % 1'000'000 * 1000};
    }
    const auto deadline = deadline_of(limit != nullptr ? &span : nullptr);
    const int ready = select_until(selection(count, read, write, except), deadline);
    if (limit != nullptr) {
        const timespec left = left_until(deadline);
        *limit = {left.tv_sec, left.tv_nsec / 1000};
    }
    return ready;
}

int __select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* limit) {
    return select(count, read, write, except, limit);
}

int pselect(int count, fd_set* read, fd_set* write, fd_set* except, const timespec* limit,
            const sigset_t* mask) {
    if (!on_fiber() || (limit != nullptr && (!is_valid(*limit) || is_zero(*limit))) ||
        is_odd(count)) {
        return real.pselect(count, read, write, except, limit, mask);
    }
    const bool changes = changes_mask(mask);
    if (changes && signals_of_this_fiber() == nullptr) {
        return fiber_call<int>(-1, [&] {
            return offloaded([&] { return real.pselect(count, read, write, except, limit, mask); });
        });
    }
    return select_until(selection(count, read, write, except), deadline_of(limit),
                        changes ? mask : nullptr);
}

}  // extern "C"
