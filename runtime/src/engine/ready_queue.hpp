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

/// The fibers that can run, in an array ring: the part of a ready_queue that every switch uses.
///
/// An intrusive list would chase a pointer into a cold stack for every fiber; the ring knows the
/// coming fibers and prefetches them. Trivial, so that it can be a thread_local found without a
/// pointer: see native_engine.hpp.
///
/// A mark stands some fibers ahead. Noticing that it is reached replaces both a count of the
/// fibers taken and a check whether the order is random.
class ready_ring {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == last_; }
    [[nodiscard]] std::size_t size() const noexcept { return last_ - first_; }
    [[nodiscard]] bool at_mark() const noexcept { return first_ == mark_; }

    void push(fiber& added) noexcept { slot(last_++) = &added; }

    /// Takes the next fiber; the ring must not be empty.
    [[gnu::always_inline]] fiber& pop() noexcept {
        prefetch();
        return *slot(first_++);
    }

private:
    friend class ready_queue;

    fiber*& slot(std::size_t position) noexcept { return slots_[position & mask_]; }

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

    fiber** slots_ = nullptr;  // mask_ + 1 of them, a power of two
    std::size_t mask_ = 0;
    std::size_t first_ = 0;  // positions only grow; slot() folds them into the ring
    std::size_t last_ = 0;
    std::size_t mark_ = 0;
};

/// Owns the memory and the order of a ready_ring.
class ready_queue {
public:
    /// \param order_seed  0: first in, first out; else a random order drawn from the seed.
    ready_queue(ready_ring& owned, std::uint64_t order_seed)
        : ring_(owned),
          slots_(std::make_unique<fiber*[]>(minimum_capacity)),
          random_(order_seed != 0 ? std::make_unique<std::mt19937_64>(order_seed) : nullptr) {
        ring_.slots_ = slots_.get();
        ring_.mask_ = minimum_capacity - 1;
        rewind();
        ring_.mark_ = 0;
    }
    ready_queue(const ready_queue&) = delete;
    ready_queue& operator=(const ready_queue&) = delete;
    ~ready_queue() { ring_ = {}; }

    /// Makes room for `count` fibers at once, so that push() cannot fail.
    void reserve(std::size_t count) {
        if (count > ring_.mask_ + 1) {
            grow(count);
        }
    }

    /// Lets an empty ring begin at its start: a long one would be walked through, line after cold
    /// line, by a few fibers.
    void rewind() noexcept { ring_.first_ = ring_.last_ = 0; }

    /// Sets the mark behind the next fibers, at most `wanted` of them, and draws the first of them
    /// if the order is random. Returns how many. The ring must not be empty.
    unsigned set_mark(unsigned wanted) noexcept {
        if (random_ != nullptr) {
            const auto drawn = (*random_)() % ring_.size();
            std::swap(ring_.slot(ring_.first_), ring_.slot(ring_.first_ + drawn));
            wanted = 1;
        }
        ring_.mark_ = ring_.first_ + wanted;
        return wanted;
    }

private:
    static constexpr std::size_t minimum_capacity = 64;

    [[gnu::noinline]] void grow(std::size_t count) {
        const std::size_t capacity = std::bit_ceil(count);
        auto larger = std::make_unique<fiber*[]>(capacity);
        const std::size_t held = ring_.size();
        for (std::size_t i = 0; i < held; ++i) {
            larger[i] = ring_.slot(ring_.first_ + i);
        }
        slots_ = std::move(larger);
        ring_.slots_ = slots_.get();
        ring_.mask_ = capacity - 1;
        ring_.mark_ -= ring_.first_;
        ring_.first_ = 0;
        ring_.last_ = held;
    }

    ready_ring& ring_;
    std::unique_ptr<fiber*[]> slots_;
    std::unique_ptr<std::mt19937_64> random_;
};

}  // namespace weft::detail
