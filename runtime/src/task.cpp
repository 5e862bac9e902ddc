// SPDX-License-Identifier: BSL-1.0
#include <weft/task.hpp>

#include <weft/this_fiber.hpp>

#include "scheduler_inline.hpp"

#include <exception>
#include <string>
#include <utility>

namespace weft::detail {

std::string name_of(const fiber& named) {
    return named.name[0] != '\0' ? std::string(named.name.data())
                                 : "fiber-" + std::to_string(named.id);
}

void require_thread_of(const fiber& owner, const char* what) {
    if (current_fiber == nullptr || current_fiber->home != owner.home) {
        throw usage_error(std::string(what) + ": called on another thread than its runtime's");
    }
}

fiber& create_fiber(const spawn_options& options, std::size_t size, std::size_t alignment,
                    std::source_location spawned_at) {
    return require_fiber("spawn").home->create(options, size, alignment, spawned_at);
}

void* task_storage(fiber& created) noexcept {
    return created.storage;
}

void discard_fiber(fiber& created) noexcept {
    created.home->recycle(created);
}

void start_task(fiber& created, task_state& state, scope_state* scope) {
    created.task = &state;
    state.owner = &created;
    created.root_scope.attach(scope, &created);
    created.scope = &created.root_scope;
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

bool cancel_task(task_state& state, std::string_view reason) {
    require_thread_of(*state.owner, "task::cancel");
    if (state.outcome != task_outcome::running) {
        return false;
    }
    state.owner->root_scope.cancel(reason, this_fiber::id());
    return true;
}

namespace {

void require_other(const task_state& state, const fiber& running) {
    if (state.owner == &running) {
        throw usage_error("task: a fiber cannot join itself");
    }
    require_thread_of(*state.owner, "task::join");
}

}  // namespace

void require_other_fiber(const task_state& state) {
    require_other(state, require_fiber("task"));
}

void join_task(task_state& state) {
    fiber& running = checked_fiber();
    if (state.owner->state != fiber_state::finished) {
        require_other(state, running);
        waiter self;
        wait_in(state.joiners, running, self, wait_reason::join, &state);
    }
}

void detach_task(task_state& state) noexcept {
    state.has_handle = false;
    fiber& owner = *state.owner;
    if (owner.state != fiber_state::finished) {
        return;
    }
    if (state.outcome == task_outcome::failed && !state.read) {
        owner.home->trace().note_result_lost(owner, state.error);
        owner.home->report(error_kind::result_never_read, &owner, {}, state.error);
    }
    owner.home->recycle(owner);
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

}  // namespace

void drop_task(task_state& state) noexcept {
    fiber& owner = *state.owner;
    if (current_fiber == nullptr) {
        return;  // the child of a fork unwinds: the fiber is its parent's
    }
    // A fiber that drops the handle to itself would wait for its own end: it lets go instead.
    while (owner.state != fiber_state::finished && &owner != current_fiber) {
        tell_if_never_joined(owner);
        owner.root_scope.cancel("its handle was destroyed", this_fiber::id());
        waiter self;
        state.joiners.wait_uncancellable(self, wait_reason::join, &state);
    }
    detach_task(state);
}

std::uint64_t task_id(const task_state& state) noexcept {
    return state.owner->id;
}

std::string task_name(const task_state& state) {
    return name_of(*state.owner);
}

void rethrow_outcome(task_state& state) {
    state.read = true;
    if (state.error != nullptr) {
        std::rethrow_exception(state.error);
    }
}

}  // namespace weft::detail
