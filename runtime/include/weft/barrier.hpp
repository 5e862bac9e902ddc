// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <functional>
#include <stdexcept>

namespace weft {

/// Thrown out of a barrier that was aborted or reset.
class broken_barrier : public std::runtime_error {
public:
    broken_barrier() : std::runtime_error("weft: the barrier is broken") {}
};

/// A barrier at one moment.
struct barrier_statistics {
    std::size_t parties;  ///< how many make a phase complete
    std::size_t waiting;  ///< fibers that have arrived in this phase
    bool broken;
};

/// Lets a number of fibers wait for each other, again and again: each time as many as there are
/// parties have arrived, they go on together.
///
/// In the shape of std::barrier, with the index, abort() and reset() of asyncio.Barrier. A fiber
/// that went on is done with its phase, so the next one may fill at once.
/// Threads: only on the thread of its runtime.
class barrier {
public:
    /// \param parties     1 or more.
    /// \param completion  run at the end of each phase by the fiber that arrived last, before any
    ///                    goes on. If it throws, the barrier breaks: the others get
    ///                    broken_barrier, the last one what was thrown.
    /// \throws std::invalid_argument  if there are no parties.
    explicit barrier(std::size_t parties, std::function<void()> completion = {});

    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;
    ~barrier() = default;

    /// Arrives and waits for the others. Returns the caller's place in this phase: 0 for the one
    /// who arrived first among those that go on, up to parties - 1.
    ///
    /// Blocks:       until the phase is complete.
    /// Cancellation: throws cancelled; the caller has not arrived, the others wait on.
    /// \throws broken_barrier  if the barrier is or gets broken; usage_error  if all parties left.
    std::size_t arrive_and_wait();

    /// Leaves for good: one party fewer from this phase on. The last one missing lets the others
    /// go on, unless `completion` throws, which is passed on. Blocks as `completion` does.
    ///
    /// \throws usage_error  if no party is left; broken_barrier  if the barrier is broken.
    void arrive_and_drop();

    /// Breaks the barrier until reset(): who waits and who comes gets broken_barrier. Never
    /// blocks.
    void abort() noexcept;

    /// Makes the barrier usable again; who waits gets broken_barrier. Never blocks.
    void reset() noexcept;

    [[nodiscard]] barrier_statistics statistics() const noexcept {
        return {.parties = parties_, .waiting = waiting_, .broken = broken_};
    }

private:
    void complete();
    void break_phase() noexcept;

    std::size_t parties_;
    std::function<void()> completion_;
    bool broken_ = false;
    detail::wait_queue waiters_;  // each part of an arrival, on the waiting fiber's stack
    std::size_t waiting_ = 0;     // how many they are: counting them at each arrival takes too long
};

}  // namespace weft
