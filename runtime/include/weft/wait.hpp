// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Waiting for some of several tasks, whatever becomes of them.
///
/// Nothing here cancels a task or takes its result, and several fibers may wait for the same task.
/// A time limit is a scope around the call: move_on_after(1s, [&] { wait_all(tasks); }).

#include <weft/detail/task_access.hpp>

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <vector>

namespace weft {

/// Which tasks of a set have ended, by their positions in it, in rising order.
struct wait_result {
    std::vector<std::size_t> done;
    std::vector<std::size_t> pending;
};

namespace detail {

enum class wait_goal : std::uint8_t { any, first_exception, all };

wait_result wait_for_tasks(const std::vector<task_state*>& tasks, wait_goal goal);

template <task_range Range>
std::vector<task_state*> states_of(const Range& tasks) {
    std::vector<task_state*> states;
    for (const auto& each : tasks) {
        states.push_back(&task_access::state_of(each));
    }
    return states;
}

template <task_handle... Handles>
std::vector<task_state*> states_of(const Handles&... tasks) {
    return {&task_access::state_of(tasks)...};
}

}  // namespace detail

/// Waits until at least one task has ended.
///
/// \param tasks  a range of tasks, such as std::vector<task<int>>, or one or more tasks of any
///               types. The tasks stay where they are until the call has returned.
/// Cancellation: throws cancelled; the tasks run on.
/// \throws std::invalid_argument  if there is no task; usage_error  if a handle is empty, or one
///         is that of the calling fiber.
template <class... Tasks>
requires requires(const Tasks&... tasks) {
    detail::states_of(tasks...);
}
wait_result wait_any(const Tasks&... tasks) {
    return detail::wait_for_tasks(detail::states_of(tasks...), detail::wait_goal::any);
}

/// Waits until all tasks have ended, failed or not. Otherwise like wait_any().
template <class... Tasks>
requires requires(const Tasks&... tasks) {
    detail::states_of(tasks...);
}
wait_result wait_all(const Tasks&... tasks) {
    return detail::wait_for_tasks(detail::states_of(tasks...), detail::wait_goal::all);
}

/// Waits until a task has failed or all have ended. A task that was cancelled has not failed.
/// Otherwise like wait_any().
template <class... Tasks>
requires requires(const Tasks&... tasks) {
    detail::states_of(tasks...);
}
wait_result wait_first_exception(const Tasks&... tasks) {
    return detail::wait_for_tasks(detail::states_of(tasks...), detail::wait_goal::first_exception);
}

}  // namespace weft
