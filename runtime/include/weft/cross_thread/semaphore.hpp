// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/cross_queue.hpp>
#include <weft/semaphore.hpp>

#include <cstddef>
#include <limits>
#include <mutex>

namespace weft::cross_thread {

/// A count of permits for fibers of any runtime and threads; fair. See weft::counting_semaphore.
///
/// Threads: any.
class counting_semaphore {
public:
    /// \param permits  to begin with, 0 or more.
    /// \param most     permits there can be: a release beyond is refused.
    /// \throws std::invalid_argument  if `permits` is negative or more than `most`.
    explicit counting_semaphore(std::ptrdiff_t permits,
                                std::ptrdiff_t most = std::numeric_limits<std::ptrdiff_t>::max());

    counting_semaphore(const counting_semaphore&) = delete;
    counting_semaphore& operator=(const counting_semaphore&) = delete;
    ~counting_semaphore() = default;

    /// Takes one permit.
    ///
    /// Blocks:       the fiber, or the thread, until there is one.
    /// Cancellation: of a fiber: throws cancelled; no permit is taken.
    void acquire();

    /// Takes a permit if one is free. Never blocks.
    [[nodiscard]] bool try_acquire() noexcept;

    /// Gives `permits` back, straight to those who wait. Never blocks.
    ///
    /// \throws std::invalid_argument  if `permits` is negative or there would be more than `most`.
    void release(std::ptrdiff_t permits = 1);

    [[nodiscard]] std::ptrdiff_t available() const noexcept { return statistics().available; }

    [[nodiscard]] semaphore_statistics statistics() const noexcept;

private:
    mutable std::mutex guard_;
    std::ptrdiff_t permits_;
    std::ptrdiff_t most_;
    detail::cross_queue waiters_;
};

}  // namespace weft::cross_thread
