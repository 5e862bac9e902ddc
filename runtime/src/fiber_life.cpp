// SPDX-License-Identifier: BSL-1.0
//
// The life of a fiber, from spawn() until its stack can be used again. In one file, so that the
// compiler makes one function of what happens at the birth and one of what happens at the end:
// spawn and join are mostly the sum of small steps.
#include <weft/detail/task_state.hpp>
#include <weft/detail/task_watcher.hpp>
#include <weft/this_fiber.hpp>

#include "engine/switch_annotations.hpp"
#include "fork_guard.hpp"
#include "id_source.hpp"
#include "scheduler_inline.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace weft::detail {

namespace {

constexpr std::size_t smallest_stack = 16 * 1024;

/// Room for `size` bytes at the highest place below `address` with an alignment, a power of two.
std::byte* aligned_below(std::byte* address, std::size_t size, std::size_t alignment) noexcept {
    std::byte* place = address - size;
    return place - (reinterpret_cast<std::uintptr_t>(place) & (alignment - 1));
}

[[noreturn, gnu::cold]] void spawn_refused(bool ending, std::size_t most) {
    if (ending) {
        throw usage_error("spawn: the runtime is ending");
    }
    throw std::system_error(
        EAGAIN, std::generic_category(),
        "spawn: run_options::max_fibers (" + std::to_string(most) + ") fibers are running");
}

}  // namespace

[[gnu::always_inline]] inline fiber& scheduler::create(const spawn_options& chosen,
                                                       std::size_t storage, std::size_t alignment,
                                                       std::source_location called_from) {
    if (ending_ || unfinished_ >= options_.max_fibers) [[unlikely]] {
        spawn_refused(ending_, options_.max_fibers);
    }
    std::size_t size = chosen.stack_size != 0 ? chosen.stack_size : options_.stack_size;
    size = std::max(size, smallest_stack) + (storage > smallest_stack / 4 ? storage : 0);
    const stack memory = stacks_.allocate(size);
    auto* made = ::new (aligned_below(memory.top(), sizeof(fiber), alignof(fiber)))
        fiber(*this, next_id(), memory, called_from);
    made->storage = aligned_below(reinterpret_cast<std::byte*>(made), storage,
                                  std::max(alignment, alignof(std::max_align_t)));
    // The loop, which starts what other threads post, runs on the stack of a fiber that does not.
    const fiber& creator = *current_fiber;
    if (creator.state == fiber_state::running) [[likely]] {
        made->parent = creator.id;
        made->values = creator.values;
        made->span = creator.span;
    }
    if (!chosen.name.empty()) {
        made->name[chosen.name.copy(made->name.data(), made->name.size() - 1)] = '\0';
    }
    alive_.add(*made);
    ++unfinished_;
    trace_.born(*made);
    return *made;
}

created_fiber create_fiber(const spawn_options& options, std::size_t size, std::size_t alignment,
                           std::source_location spawned_at) {
    if (current_fiber == nullptr) [[unlikely]] {
        require_fiber("spawn");
    }
    fiber& made = current_fiber->home->create(options, size, alignment, spawned_at);
    return {&made, made.storage};
}

[[gnu::always_inline]] inline void scheduler::start(fiber& created) {
    if (native_ != nullptr) [[likely]] {
        native_->launch(created);
    } else {
        engine_->start(created);
    }
    created.on_stack = true;
    created.move_to(fiber_state::ready);
    row_head::show_state(*created.row, trace::row_state::ready);
    ++wakes_;
}

void start_task(fiber& created, task_state& state, scope_state* scope) {
    created.task = &state;
    state.owner = &created;
    created.scope = &created.root_scope;
    if (scope != nullptr) {
        created.root_scope.attach(scope, &created);
    } else {
        created.root_scope.owner = &created;
    }
    try {
        created.home->start(created);
    } catch (...) {
        created.root_scope.detach();
        state.drop_function();
        state.has_handle = false;
        discard_fiber(created);
        throw;
    }
}

void discard_fiber(fiber& created) noexcept {
    created.home->discard(created);
}

void scheduler::discard(fiber& created) noexcept {
    --unfinished_;
    trace_.ended(created);
    recycle(created);
}

[[gnu::cold]] void scheduler::note_never_started(const fiber& self) noexcept {
    const auto id = static_cast<std::uint32_t>(self.id);
    const auto scope = self.root_scope.cause->id;
    trace_.note(trace::sched_events,
                {.fiber = id, .type = trace::event_type::never_started, .object = scope});
    trace_.note(trace::cancel_events,
                {.fiber = id, .type = trace::event_type::cancel_seen, .object = scope});
}

void scheduler::run_fiber(fiber& self) noexcept {
    task_state& task = *self.task;
    try {
        if (self.root_scope.cause != nullptr) [[unlikely]] {
            note_never_started(self);
            self.root_scope.raise();
        }
        self.began = true;
        task.run_function();
        task.outcome = task_outcome::value;
    } catch (const cancelled&) {
        task.error = std::current_exception();
        task.outcome = task_outcome::cancelled;
    } catch (...) {
        task.error = std::current_exception();
        task.outcome = task_outcome::failed;
    }
    if (current_fiber != &self) [[unlikely]] {
        leave_forked_child();
    }
    task.drop_function();
    while (!self.values.empty()) [[unlikely]] {  // again if a destructor set one
            const value_share ending = std::exchange(self.values, {});
        }
    finish(self);
}

[[gnu::always_inline]] inline void scheduler::finish(fiber& self) noexcept {
    task_state& task = *self.task;
    if (!task.has_handle) {
        task.drop_value();
    }
    self.root_scope.detach();
    if (task.observer != nullptr) {
        task.observer->task_ended(task);
    }
    while (waiter* first = task.joiners.front()) {
        if (first->slot == nullptr) [[likely]] {
            wake_from(task.joiners, *first);
        } else {
            task_watcher::tell(task.joiners, *first);
        }
    }
    if (!task.has_handle) {
        if (task.outcome == task_outcome::failed && !task.read) {
            trace_.note_result_lost(self, task.error);
            report(ending_ ? error_kind::leftover_failed : error_kind::unhandled_exception, &self,
                   {}, task.error);
        }
        task.~task_state();
        self.task = nullptr;
    }
    self.move_to(fiber_state::finished);
    trace_.ended(self);
    if (--unfinished_ == 0) [[unlikely]] {
        ended_.wake_all();
    }
}

void scheduler::recycle(fiber& gone) noexcept {
    if (gone.task != nullptr) {
        gone.task->~task_state();
    }
    trace_.gone(gone);
    alive_.remove(gone);
    annotate::destroyed(gone);
    const stack memory = gone.memory;
    gone.~fiber();
    stacks_.release(memory);
}

void detach_task(task_state& state) noexcept {
    state.has_handle = false;
    fiber& owner = *state.owner;
    if (owner.state != fiber_state::finished) {
        return;
    }
    if (state.outcome == task_outcome::failed && !state.read) [[unlikely]] {
        owner.home->trace().note_result_lost(owner, state.error);
        owner.home->report(error_kind::result_never_read, &owner, {}, state.error);
    }
    if (!owner.on_stack) [[likely]] {
        owner.home->recycle(owner);
    }
}

namespace {

/// The handle to a fiber that has not ended is being destroyed. Tells if it has not even begun,
/// unless that is meant: it was cancelled, or an exception is under way.
void tell_if_never_joined(const fiber& owner) noexcept {
    if (owner.began || owner.root_scope.cancel_called || std::uncaught_exceptions() > 0) {
        return;
    }
    owner.home->trace().note(trace::sched_events, {.fiber = static_cast<std::uint32_t>(owner.id),
                                                   .type = trace::event_type::handle_lost});
    if (owner.home->debug() != nullptr) {
        owner.home->report(error_kind::task_never_joined, &owner,
                           "its handle was destroyed before it began, so it never runs", nullptr);
    }
}

[[gnu::noinline]] void cancel_and_join(task_state& state) noexcept {
    fiber& owner = *state.owner;
    do {
        tell_if_never_joined(owner);
        owner.root_scope.cancel("its handle was destroyed", this_fiber::id());
        waiter self;
        state.joiners.wait_uncancellable(self, wait_reason::join, &state);
    } while (owner.state != fiber_state::finished);
}

}  // namespace

void drop_task(task_state& state) noexcept {
    if (current_fiber == nullptr) {
        return;  // the child of a fork unwinds: the fiber is its parent's
    }
    // A fiber that drops the handle to itself would wait for its own end: it lets go instead.
    if (state.owner->state != fiber_state::finished && state.owner != current_fiber) {
        cancel_and_join(state);
    }
    detach_task(state);
}

}  // namespace weft::detail
