// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace weft {

/// A capacity limiter at one moment.
struct limiter_statistics {
    std::size_t total;
    std::size_t borrowed;  ///< more than `total` after it was lowered
    std::size_t waiting;
    std::vector<std::uint64_t> borrowers;  ///< in no particular order
};

/// Tokens that are lent to known borrowers; fair. Unlike a semaphore's permits nobody can hold two
/// or give back another's, and the total may change while they are lent.
///
/// A borrower is a fiber, named by its id, unless a call says on whose behalf it acts: then it is
/// whatever number the caller keeps for that.
/// Threads: only on the thread of its runtime.
class capacity_limiter {
public:
    /// \param total  tokens; 0 lends none until it is raised.
    explicit capacity_limiter(std::size_t total) : total_(total) {}

    capacity_limiter(const capacity_limiter&) = delete;
    capacity_limiter& operator=(const capacity_limiter&) = delete;
    ~capacity_limiter() = default;

    /// Borrows a token for the running fiber.
    ///
    /// Blocks:       until one is free.
    /// Cancellation: throws cancelled; nothing is borrowed.
    /// \throws usage_error  if it has a token already.
    void acquire();
    /// The same for `borrower`; also throws usage_error if somebody waits on its behalf.
    void acquire_on_behalf_of(std::uint64_t borrower);

    /// Borrows if that needs no wait. Never blocks.
    ///
    /// \throws usage_error  if the borrower has a token already.
    [[nodiscard]] bool try_acquire();
    [[nodiscard]] bool try_acquire_on_behalf_of(std::uint64_t borrower);

    /// Gives the token back, straight to the one who has waited longest. Never blocks.
    ///
    /// \throws usage_error  if the borrower has none.
    void release();
    void release_on_behalf_of(std::uint64_t borrower);

    [[nodiscard]] std::size_t total() const noexcept { return total_; }

    /// Raising lends to those who wait; lowering takes effect as tokens come back. Never blocks.
    void set_total(std::size_t total) noexcept;

    [[nodiscard]] std::size_t borrowed() const noexcept { return borrowed_; }

    [[nodiscard]] limiter_statistics statistics() const;

private:
    enum class state : bool { waiting, borrowing };

    bool borrow_at_once(std::uint64_t borrower);
    void lend() noexcept;

    std::size_t total_;
    std::size_t borrowed_ = 0;
    std::unordered_map<std::uint64_t, state> borrowers_;  // and those who wait to be one
    detail::wait_queue line_;                             // slot: the state in borrowers_
};

}  // namespace weft
