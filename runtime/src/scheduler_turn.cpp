// SPDX-License-Identifier: BSL-1.0
//
// How a runtime lets time pass: what it looks at between switches, and how it waits when no fiber
// is ready.

#include "deadlock.hpp"
#include "remote_queue.hpp"
#include "scheduler_inline.hpp"
#include "signal_watch.hpp"
#include "worker_pool.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>

namespace weft::detail {

void scheduler::nudge() noexcept {
    nudged_.store(true, std::memory_order_release);
    backend_->wake();
}

bool scheduler::called_from_outside() const noexcept {
    return remote_->has_items() || nudged_.load(std::memory_order_relaxed) ||
           interrupts_.load(std::memory_order_relaxed) > interrupts_taken_;
}

clock::time_point scheduler::begin_turn() noexcept {
    turn_time_ = clock_.now();
    trace_.in_phase(trace::phase::turning);
    trace_.turned(static_cast<std::uint64_t>(turn_time_.time_since_epoch().count()));
    return turn_time_;
}

std::size_t scheduler::ready_count() const noexcept {
    return native_ != nullptr ? native_here.ready.size() : 0;
}

unsigned scheduler::turn() noexcept {
    const auto time = begin_turn();
    timers_.expire(time);
    if (backend_->pending() > 0 || called_from_outside()) {
        poll(clock::duration::zero(), ready_count());
    }
    take_remote();
    take_interrupts();
    trace_.in_phase(trace::phase::running);
    return clock_.is_virtual() ? switches_per_turn : pace_.next(time);
}

void scheduler::idle_turn() noexcept {
    const auto time = begin_turn();
    if (!progressed(time)) {
        const auto sources = armed();
        trace_.armed(sources);
        look_for_deadlock(sources);
        trace_.idle(*current_fiber);
        trace_.in_phase(trace::phase::waiting);
        pace_.forget();
        if (clock_.is_virtual()) {
            wait_in_virtual_time();
        } else {
            wait_in_real_time(time);
        }
    }
    trace_.in_phase(trace::phase::running);
}

/// backend::poll(), recorded.
/// \param ready  fibers that can run.
std::size_t scheduler::poll(clock::duration limit, std::size_t ready) noexcept {
    const auto in_microseconds = std::chrono::ceil<std::chrono::microseconds>(limit).count();
    constexpr std::int64_t longest = 0xffff'ffff;
    trace_.note(trace::loop_events,
                {.type = trace::event_type::poll_began,
                 .aux = static_cast<std::uint16_t>(std::min<std::size_t>(ready, 0xffff)),
                 .x = static_cast<std::uint32_t>(std::min(in_microseconds, longest))});
    const auto finished = backend_->poll(limit);
    trace_.note(trace::loop_events,
                {.type = trace::event_type::poll_ended, .x = static_cast<std::uint32_t>(finished)});
    return finished;
}

/// How many things are under way that could make a fiber ready, while none is.
std::size_t scheduler::armed() const noexcept {
    const long known_owners = workers_ != nullptr ? 2 : 1;
    const auto others = static_cast<std::size_t>(std::max(0L, remote_.use_count() - known_owners));
    const bool working = workers_ != nullptr && workers_->busy();
    return timers_.size() + backend_->pending() + others + (working ? 1 : 0) +
           (others_may_wake(root_) ? 1 : 0);
}

/// Nothing is ready. Reports it if nothing ever will be, unless somebody outside of the runtime,
/// whom it does not know, does something.
/// \param sources  armed().
void scheduler::look_for_deadlock(std::size_t sources) noexcept {
    if (sources > 0 || deadlock_seen_at_ == wakes_ || !options_.report_deadlock) {
        return;
    }
    deadlock_seen_at_ = wakes_;
    try {
        if (const auto text = describe_deadlock(alive_)) {
            report(error_kind::deadlock, nullptr, *text, nullptr);
            if (options_.deadlock_exit_code) {
                std::fflush(nullptr);
                ::_exit(*options_.deadlock_exit_code);
            }
        }
    } catch (const std::bad_alloc&) {  // as long as there is no memory, nobody can be told
    }
}

/// Whether something has happened for which idle_turn() must return.
bool scheduler::progressed(clock::time_point time) noexcept {
    const auto before = wakes_;
    if (waited_for_ > 0) {
        spin_.waited(time - waited_from_, waited_for_);
        waited_for_ = 0;
    }
    timers_.expire(time);
    take_remote();
    take_interrupts();
    return wakes_ != before || (nudged_.load(std::memory_order_acquire) && nudged_.exchange(false));
}

void scheduler::wait_in_real_time(clock::time_point time) noexcept {
    if (stacks_.trim()) {
        poll(clock::duration::zero(), 0);  // work first, then more to give back
        return;
    }
    const auto next = timers_.next();
    const auto limit = next == never ? clock::duration::max() : std::max(next - time, {});
    if (spin_.worthwhile() && limit > idle_spin::limit) {
        do {
            if (backend_->poll(clock::duration::zero()) > 0 || called_from_outside()) {
                spin_.spun(true);
                return;
            }
        } while (clock_.now() - time < idle_spin::limit);
        spin_.spun(false);
        waited_for_ = poll(next == never ? limit : limit - idle_spin::limit, 0);
    } else {
        waited_for_ = poll(limit, 0);
    }
    waited_from_ = time;
}

/// Jumps to the next deadline when nothing else can happen: no worker runs, and descriptors stay
/// silent for a moment, in which loopback traffic arrives.
void scheduler::wait_in_virtual_time() noexcept {
    constexpr auto moment = std::chrono::milliseconds(1);
    if (timers_.next() == never || (workers_ != nullptr && workers_->busy())) {
        poll(clock::duration::max(), 0);
        return;
    }
    const auto limit = backend_->pending() > 0 ? moment : clock::duration::zero();
    if (poll(limit, 0) == 0 && !called_from_outside()) {
        clock_.jump_to(timers_.next());
    }
}

void scheduler::take_remote() noexcept {
    if (remote_->has_items()) {
        remote_->deliver(*this);
    }
}

void scheduler::take_interrupts() noexcept {
    take_told();
    const int count = interrupts_.load(std::memory_order_acquire);
    if (count == interrupts_taken_) {
        return;
    }
    interrupts_taken_ = count;
    if (count >= 2) {
        if (root_.state == fiber_state::parked && root_.abort != nullptr) {
            root_.end_wait();
        }
    } else if (main_ != nullptr) {
        main_->root_scope.cancel("interrupted by SIGINT");
    }
}

void scheduler::count_interrupt() noexcept {
    interrupts_.fetch_add(1, std::memory_order_release);
    backend_->wake();
}

}  // namespace weft::detail
