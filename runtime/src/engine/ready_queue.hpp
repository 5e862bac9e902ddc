// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>

namespace weft::detail {

/// The fibers that can run, in an array ring.
///
/// An intrusive list would chase a pointer into a cold stack for every fiber; the ring knows the
/// coming fibers and prefetches them.
class ready_queue {
public:
    /// \param order_seed  0: first in, first out; else a random order drawn from the seed.
    explicit ready_queue(std::uint64_t order_seed)
        : slots_(std::make_unique<fiber*[]>(minimum_capacity)),
          random_(order_seed != 0 ? std::make_unique<std::mt19937_64>(order_seed) : nullptr) {}

    [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
    [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }

    /// Makes room for `count` fibers at once, so that push() cannot fail.
    void reserve(std::size_t count) {
        if (count > mask_ + 1) {
            grow(count);
        }
    }

    void push(fiber& added) noexcept { slot(last_++) = &added; }

    /// Takes the next fiber; the queue must not be empty.
    [[gnu::always_inline]] fiber& pop() noexcept {
        if (random_ != nullptr) [[unlikely]] {
            choose_at_random();
        }
        prefetch();
        return *slot(first_++);
    }

private:
    static constexpr std::size_t minimum_capacity = 64;

    fiber*& slot(std::size_t position) noexcept { return slots_[position & mask_]; }

    [[gnu::noinline, gnu::cold]] void choose_at_random() noexcept {
        std::swap(slot(first_), slot(first_ + (*random_)() % size()));
    }

    // In two steps, since the second reads what the first has fetched. The distances cover a miss
    // to memory at some 20 ns per switch. Fewer fibers than that stay in the cache by themselves.
    // Inlined by force: the compiler drops calls of functions that only prefetch.
    [[gnu::always_inline]] void prefetch() noexcept {
        constexpr std::size_t far = 8;
        constexpr std::size_t near = 4;
        if (first_ + far < last_) {
            __builtin_prefetch(slot(first_ + far));
            const auto* frame = static_cast<const char*>(slot(first_ + near)->context);
            __builtin_prefetch(frame);
            __builtin_prefetch(frame + 64);
            __builtin_prefetch(frame + 128);
        }
    }

    [[gnu::noinline]] void grow(std::size_t count) {
        const std::size_t capacity = std::bit_ceil(count);
        auto larger = std::make_unique<fiber*[]>(capacity);
        const std::size_t held = size();
        for (std::size_t i = 0; i < held; ++i) {
            larger[i] = slot(first_ + i);
        }
        slots_ = std::move(larger);
        mask_ = capacity - 1;
        first_ = 0;
        last_ = held;
    }

    std::unique_ptr<fiber*[]> slots_;  // mask_ + 1, a power of two
    std::size_t mask_ = minimum_capacity - 1;
    std::size_t first_ = 0;  // positions only grow; slot() folds them into the ring
    std::size_t last_ = 0;
    std::unique_ptr<std::mt19937_64> random_;
};

}  // namespace weft::detail
