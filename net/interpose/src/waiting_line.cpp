// SPDX-License-Identifier: BSL-1.0
#include "waiting_line.hpp"

#include <weft/scope.hpp>

#include "vfork.hpp"

#include <pthread.h>

#include <mutex>
#include <new>

namespace weft::interpose {

constinit std::array<std::atomic<unsigned>, detail::parts> detail::waiting;
constinit std::atomic<unsigned> detail::lock_watchers{0};

namespace {

/// The lines of all addresses with the same hash, one behind the other.
struct part {
    std::mutex guard;
    waiting_place* first = nullptr;
    waiting_place* last = nullptr;
};

constinit std::array<part, detail::parts> table;

part& part_of(const void* address) noexcept {
    return table[detail::part_of(address)];
}

std::atomic<unsigned>& waiting_at(const void* address) noexcept {
    return detail::waiting[detail::part_of(address)];
}

// The parent's fibers do not exist in the child of a fork, and the thread that held a guard does
// not either.
[[gnu::constructor]] void begin_anew_after_fork() {
    ::pthread_atfork(nullptr, nullptr, [] {
        for (part& each : table) {
            new (&each) part;
        }
        for (std::atomic<unsigned>& each : detail::waiting) {
            detail::lock_watchers -= each.exchange(0);
        }
    });
}

void unlink(part& from, waiting_place& place) noexcept {
    (place.previous != nullptr ? place.previous->next : from.first) = place.next;
    (place.next != nullptr ? place.next->previous : from.last) = place.previous;
    place.linked = false;
}

waiting_place* first_of(const part& from, const void* address) noexcept {
    waiting_place* each = from.first;
    while (each != nullptr && each->address != address) {
        each = each->next;
    }
    return each;
}

enum class which { first, all };

void wake(const void* address, which asked, bool take_out) noexcept {
    if (!may_be_waited_for(address) || in_vfork_child()) {
        return;
    }
    part& at = part_of(address);
    const std::lock_guard held(at.guard);
    for (waiting_place* each = first_of(at, address); each != nullptr;) {
        waiting_place& place = *each;
        each = each->next;
        if (place.address == address) {
            if (take_out) {
                unlink(at, place);
            }
            // Under the guard, so that the place cannot end meanwhile.
            place.woken.set();
            if (asked == which::first) {
                return;
            }
        }
    }
}

}  // namespace

waiting_place::waiting_place(const void* waited_for) noexcept : address(waited_for) {
    part& at = part_of(address);
    detail::lock_watchers.fetch_add(1, std::memory_order_relaxed);
    waiting_at(address).fetch_add(1, std::memory_order_seq_cst);
    const std::lock_guard held(at.guard);
    previous = at.last;
    (at.last != nullptr ? at.last->next : at.first) = this;
    at.last = this;
    linked = true;
}

waiting_place::~waiting_place() {
    part& at = part_of(address);
    const std::lock_guard held(at.guard);
    if (linked) {
        const bool was_first = first_of(at, address) == this;
        unlink(at, *this);
        waiting_place* successor = first_of(at, address);
        if (was_first && !takes_all_ && successor != nullptr) {
            successor->woken.set();
        }
    }
    waiting_at(address).fetch_sub(1, std::memory_order_relaxed);
    detail::lock_watchers.fetch_sub(1, std::memory_order_relaxed);
}

bool waiting_place::is_first() const noexcept {
    part& at = part_of(address);
    const std::lock_guard held(at.guard);
    return first_of(at, address) == this;
}

bool waiting_place::chosen() const noexcept {
    const std::lock_guard held(part_of(address).guard);
    return !linked;
}

void waiting_place::wait_uncancelled(clock::time_point deadline) {
    cancel_scope scope(deadline);
    scope.set_shield(true);
    scope.run([this] { woken.wait(); });
    woken.clear();
}

void waiting_place::wait(clock::time_point deadline) {
    try {
        move_on_at(deadline, [this] { woken.wait(); });
    } catch (const cancelled&) {
        if (!chosen()) {
            throw;
        }
    }
}

bool somebody_waits_for(const void* address) noexcept {
    if (waiting_at(address).load(std::memory_order_relaxed) == 0) {
        return false;
    }
    part& at = part_of(address);
    const std::lock_guard held(at.guard);
    return first_of(at, address) != nullptr;
}

void wake_first(const void* address) noexcept {
    wake(address, which::first, false);
}

void wake_all(const void* address) noexcept {
    wake(address, which::all, false);
}

void choose_first(const void* address) noexcept {
    wake(address, which::first, true);
}

void choose_all(const void* address) noexcept {
    wake(address, which::all, true);
}

}  // namespace weft::interpose
