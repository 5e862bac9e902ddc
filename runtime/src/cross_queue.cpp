// SPDX-License-Identifier: BSL-1.0
#include <weft/detail/cross_queue.hpp>

#include "id_source.hpp"
#include "remote_queue.hpp"
#include "scheduler_inline.hpp"

#include <utility>

namespace weft::detail {

namespace {

/// Tells a runtime that one of its fibers was chosen.
class chosen_message final : public remote_item {
public:
    explicit chosen_message(fiber& chosen) : chosen_(chosen) {}
    void arrive(scheduler& at) noexcept override { at.make_ready(chosen_); }

private:
    fiber& chosen_;
};

/// A cancellation has reached a fiber that waits.
void withdraw_cross_waiter(fiber& parked) noexcept {
    auto& self = *static_cast<cross_waiter*>(parked.wait_record);
    {
        const std::lock_guard held(*self.guard);
        if (self.queue == nullptr) {
            return;  // chosen meanwhile: the message is on its way, and the wait has happened
        }
        self.queue->unlink(self);
    }
    self.withdrawn = true;
    parked.home->make_ready(parked);
}

}  // namespace

cross_waiter::cross_waiter() : caller(caller_id()) {}
cross_waiter::~cross_waiter() = default;

std::size_t cross_queue::size() const noexcept {
    std::size_t count = 0;
    for (const auto* each = first_; each != nullptr; each = each->next) {
        ++count;
    }
    return count;
}

void cross_queue::push_back(cross_waiter& added) noexcept {
    added.queue = this;
    added.next = nullptr;
    added.previous = last_;
    (last_ != nullptr ? last_->next : first_) = &added;
    last_ = &added;
}

void cross_queue::unlink(cross_waiter& removed) noexcept {
    (removed.previous != nullptr ? removed.previous->next : first_) = removed.next;
    (removed.next != nullptr ? removed.next->previous : last_) = removed.previous;
    removed.queue = nullptr;
}

void cross_queue::wait(cross_waiter& self, wait_reason reason, const void* object,
                       std::unique_lock<std::mutex>& held) {
    if (current_fiber == nullptr) {
        push_back(self);
        self.chosen.wait(held, [&] { return self.queue == nullptr; });
        return;
    }
    fiber& running = *current_fiber;
    self.owner = &running;
    self.guard = held.mutex();
    self.message = std::make_unique<chosen_message>(running);
    push_back(self);
    // A message from another thread arrives between two fibers of this one, so not before park().
    held.unlock();
    running.home->park(running, reason, object, &withdraw_cross_waiter, &self);
    if (self.withdrawn) {
        raise_cancelled(running);
    }
    held.lock();
}

void cross_queue::wake(cross_waiter& chosen) noexcept {
    unlink(chosen);
    if (chosen.owner == nullptr) {
        chosen.chosen.notify_one();
        return;
    }
    scheduler& home = *chosen.owner->home;
    if (current_fiber != nullptr && current_fiber->home == &home) {
        home.make_ready(*chosen.owner);
    } else {
        home.remote()->push(std::move(chosen.message), true);
    }
}

void cross_queue::wake_all() noexcept {
    while (first_ != nullptr) {
        wake(*first_);
    }
}

bool waits_for_other_threads(const fiber& parked) noexcept {
    return parked.abort == &withdraw_cross_waiter;
}

std::uint64_t caller_id() noexcept {
    static thread_local const std::uint64_t thread = next_id();
    return current_fiber != nullptr ? current_fiber->id : thread;
}

void cross_checkpoint() {
    if (current_fiber != nullptr) {
        checkpoint_of(*current_fiber);
    }
}

}  // namespace weft::detail
