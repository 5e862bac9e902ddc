// SPDX-License-Identifier: BSL-1.0
#include <weft/shared_mutex.hpp>

#include <weft/detail/wait_any.hpp>
#include <weft/error.hpp>

#include "debug/monitor.hpp"
#include "scheduler_inline.hpp"

namespace weft {

/// Invariant: whoever is first in line could not enter now, except between the moment at which a
/// fiber before it was withdrawn and the moment at which that fiber runs and calls admit().

bool shared_mutex::is_open_to(access wanted) const noexcept {
    return owner_ == 0 && (wanted == access::shared || readers_ == 0);
}

void shared_mutex::take(access wanted, std::uint64_t taker) noexcept {
    if (wanted == access::exclusive) {
        owner_ = taker;
        return;
    }
    ++readers_;
    if (auto* debug = detail::current_fiber->home->debug()) {
        debug->shared_lock_taken(this, taker, readers_ == 1);
    }
}

/// Whether `self` would wait for itself, as far as debug mode knows.
bool shared_mutex::waits_for_itself(access wanted, detail::fiber& self) const noexcept {
    auto* debug = self.home->debug();
    const bool behind_a_writer = !line_.empty() && line_.front()->slot != nullptr;
    return debug != nullptr && (wanted == access::exclusive || behind_a_writer) &&
           debug->locks().holds_shared(this, self.id);
}

/// Lets in those first in line for whom the mutex is open.
void shared_mutex::admit() noexcept {
    while (auto* next = line_.front()) {
        const auto wanted = next->slot != nullptr ? access::exclusive : access::shared;
        if (!is_open_to(wanted)) {
            return;
        }
        take(wanted, next->owner->id);
        line_.wake(*next);
    }
}

bool shared_mutex::lock_at_once(access wanted) {
    auto& self = detail::checked_fiber();
    if (owner_ == self.id) {
        throw usage_error("shared_mutex: lock() by the fiber that holds it alone");
    }
    if (line_.empty() && is_open_to(wanted)) {
        take(wanted, self.id);
        return true;
    }
    if (waits_for_itself(wanted, self)) {
        throw usage_error("shared_mutex: a fiber that holds it shared would wait for itself");
    }
    return false;
}

bool shared_mutex::wait_until(access wanted, clock::time_point deadline) {
    void* kind = wanted == access::exclusive ? this : nullptr;
    bool taken = false;
    try {
        taken = detail::wait_until(line_, kind, deadline, detail::wait_reason::shared_mutex, this);
    } catch (...) {
        admit();  // a writer that leaves may have held readers back
        throw;
    }
    if (!taken) {
        admit();
    }
    return taken;
}

void shared_mutex::lock() {
    if (!lock_at_once(access::exclusive)) {
        wait_until(access::exclusive, never);
    }
}

void shared_mutex::lock_shared() {
    if (!lock_at_once(access::shared)) {
        wait_until(access::shared, never);
    }
}

bool shared_mutex::try_lock() {
    const auto& self = detail::require_fiber("shared_mutex::try_lock");
    const bool open = line_.empty() && is_open_to(access::exclusive);
    if (open) {
        take(access::exclusive, self.id);
    }
    return open;
}

bool shared_mutex::try_lock_shared() {
    const auto& self = detail::require_fiber("shared_mutex::try_lock_shared");
    const bool open = line_.empty() && is_open_to(access::shared);
    if (open) {
        take(access::shared, self.id);
    }
    return open;
}

void shared_mutex::unlock() {
    if (owner_ == 0 || owner_ != detail::require_fiber("shared_mutex::unlock").id) {
        throw usage_error("shared_mutex: unlock() by a fiber that does not hold it alone");
    }
    owner_ = 0;
    admit();
}

void shared_mutex::unlock_shared() {
    if (readers_ == 0) {
        throw usage_error("shared_mutex: unlock_shared() while nobody holds it shared");
    }
    --readers_;
    const auto* self = detail::current_fiber;
    if (auto* debug = self != nullptr ? self->home->debug() : nullptr) {
        debug->locks().shared_returned(this, self->id);
    }
    admit();
}

}  // namespace weft
