// SPDX-License-Identifier: BSL-1.0
#include <weft/capacity_limiter.hpp>

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

#include <string>

namespace weft {

/// Invariants:
/// 1. A token is free only while nobody waits: lend() runs whenever one may have become free.
/// 2. Who waits has its entry in borrowers_ already, so that lending allocates nothing.

bool capacity_limiter::borrow_at_once(std::uint64_t borrower) {
    const auto [entry, added] = borrowers_.try_emplace(borrower, state::waiting);
    if (!added) {
        throw usage_error("capacity_limiter: borrower " + std::to_string(borrower) +
                          (entry->second == state::borrowing ? " has a token already"
                                                             : " waits for a token already"));
    }
    if (borrowed_ >= total_) {
        return false;
    }
    entry->second = state::borrowing;
    ++borrowed_;
    return true;
}

void capacity_limiter::acquire() {
    acquire_on_behalf_of(detail::require_fiber("capacity_limiter::acquire").id);
}

void capacity_limiter::acquire_on_behalf_of(std::uint64_t borrower) {
    detail::checked_fiber();
    if (borrow_at_once(borrower)) {
        return;
    }
    detail::waiter self;
    self.slot = &borrowers_.find(borrower)->second;
    try {
        line_.wait(self, detail::wait_reason::limiter, this);
    } catch (...) {
        borrowers_.erase(borrower);
        throw;
    }
}

bool capacity_limiter::try_acquire() {
    return try_acquire_on_behalf_of(detail::require_fiber("capacity_limiter::try_acquire").id);
}

bool capacity_limiter::try_acquire_on_behalf_of(std::uint64_t borrower) {
    const bool borrowed = borrow_at_once(borrower);
    if (!borrowed) {
        borrowers_.erase(borrower);
    }
    return borrowed;
}

void capacity_limiter::release() {
    release_on_behalf_of(detail::require_fiber("capacity_limiter::release").id);
}

void capacity_limiter::release_on_behalf_of(std::uint64_t borrower) {
    const auto entry = borrowers_.find(borrower);
    if (entry == borrowers_.end() || entry->second != state::borrowing) {
        throw usage_error("capacity_limiter: release() for borrower " + std::to_string(borrower) +
                          ", which has no token");
    }
    borrowers_.erase(entry);
    --borrowed_;
    lend();
}

void capacity_limiter::lend() noexcept {
    while (borrowed_ < total_ && !line_.empty()) {
        auto& next = *line_.front();
        *static_cast<state*>(next.slot) = state::borrowing;
        ++borrowed_;
        line_.wake(next);
    }
}

void capacity_limiter::set_total(std::size_t total) noexcept {
    total_ = total;
    lend();
}

limiter_statistics capacity_limiter::statistics() const {
    limiter_statistics made{
        .total = total_, .borrowed = borrowed_, .waiting = line_.size(), .borrowers = {}};
    for (const auto& [borrower, standing] : borrowers_) {
        if (standing == state::borrowing) {
            made.borrowers.push_back(borrower);
        }
    }
    return made;
}

}  // namespace weft
