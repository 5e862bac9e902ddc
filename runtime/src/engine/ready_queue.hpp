// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace weft::detail {

/// The fibers that can run, in an array ring.
///
/// An intrusive list would chase a pointer into a cold stack for every fiber; the ring knows the
/// coming fibers and prefetches them.
class ready_queue {
public:
    /// \param order_seed  0: first in, first out; else a random order drawn from the seed.
    explicit ready_queue(std::uint64_t order_seed)
        : slots_(minimum_capacity), random_(order_seed), shuffled_(order_seed != 0) {}

    [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
    [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }

    /// Makes room for `count` fibers at once, so that push() cannot fail.
    void reserve(std::size_t count) {
        if (count > slots_.size()) {
            grow(count);
        }
    }

    void push(fiber& added) noexcept { slot(last_++) = &added; }

    /// Takes the next fiber; the queue must not be empty.
    fiber& pop() noexcept {
        if (shuffled_) [[unlikely]] {
            std::swap(slot(first_), slot(first_ + random_() % size()));
        }
        prefetch();
        return *slot(first_++);
    }

private:
    static constexpr std::size_t minimum_capacity = 64;

    fiber*& slot(std::size_t position) noexcept { return slots_[position & (slots_.size() - 1)]; }

    // In two steps, since the second reads what the first has fetched. The distances cover a miss
    // to memory at some 20 ns per switch. Slots behind the last hold fibers that ran before or
    // null; prefetching those is harmless, reading through them is not: hence the comparison.
    void prefetch() noexcept {
        constexpr std::size_t far = 16;
        constexpr std::size_t near = 8;
        __builtin_prefetch(slot(first_ + far), 1);
        if (first_ + near < last_) {
            const char* frame = static_cast<const char*>(slot(first_ + near)->context);
            __builtin_prefetch(frame, 1);
            __builtin_prefetch(frame + 64, 1);
        }
    }

    void grow(std::size_t count) {
        std::vector<fiber*> larger(std::bit_ceil(count));
        const std::size_t held = size();
        for (std::size_t i = 0; i < held; ++i) {
            larger[i] = slot(first_ + i);
        }
        slots_.swap(larger);
        first_ = 0;
        last_ = held;
    }

    std::vector<fiber*> slots_;  // a power of two
    std::size_t first_ = 0;      // positions only grow; slot() folds them into the ring
    std::size_t last_ = 0;
    std::mt19937_64 random_;
    bool shuffled_;
};

}  // namespace weft::detail
