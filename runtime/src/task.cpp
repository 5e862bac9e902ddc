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

bool cancel_task(task_state& state, std::string_view reason) {
    require_thread_of(*state.owner, "task::cancel");
    if (state.outcome != task_outcome::running) {
        return false;
    }
    state.owner->root_scope.cancel(reason, this_fiber::id());
    return true;
}

namespace {

[[noreturn, gnu::cold]] void join_refused(const fiber& owner, const fiber& running) {
    if (&owner == &running) {
        throw usage_error("task: a fiber cannot join itself");
    }
    require_thread_of(owner, "task::join");
    __builtin_unreachable();
}

[[gnu::always_inline]] inline void require_other(const fiber& owner, const fiber& running) {
    if (&owner == &running || owner.home != running.home) [[unlikely]] {
        join_refused(owner, running);
    }
}

}  // namespace

void require_other_fiber(const task_state& state) {
    require_other(*state.owner, require_fiber("task"));
}

void join_task(task_state& state) {
    fiber& running = checked_fiber();
    if (state.owner->state != fiber_state::finished) {
        require_other(*state.owner, running);
        waiter self;
        wait_in(state.joiners, running, self, wait_reason::join, &state);
    }
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
