// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace weft::detail {

/// Who waits for which lock, and who holds it.
///
/// The owner of a lock is written in the lock itself; of those who hold one shared the lock only
/// knows the number, so they are noted here.
class lock_watch {
public:
    /// To be called for every fiber that parks, and for every one that becomes ready.
    void parked(const fiber& waiting);
    void woken(const fiber& able) noexcept;

    /// Fibers that wait for a lock.
    [[nodiscard]] const std::vector<const fiber*>& waiting() const noexcept { return waiting_; }

    /// The ids of the fibers that hold the lock for which `waiting` waits; none if for no lock.
    [[nodiscard]] std::vector<std::uint64_t> holders(const fiber& waiting) const;

    /// \param first  nobody else holds the lock shared: what was known of this address is outdated.
    void shared_taken(const void* lock, std::uint64_t reader, bool first);

    /// Any fiber may give back what another one has taken.
    void shared_returned(const void* lock, std::uint64_t reader) noexcept;
    [[nodiscard]] bool holds_shared(const void* lock, std::uint64_t reader) const noexcept;

private:
    std::vector<const fiber*> waiting_;
    std::unordered_multimap<const void*, std::uint64_t> readers_;
};

}  // namespace weft::detail
