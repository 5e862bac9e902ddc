// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/gather_state.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <source_location>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// Runs all functions concurrently and returns their results in the order of the arguments, as a
/// std::tuple; std::monostate stands for void. They begin in that order too.
///
/// The first failure is thrown at once and the others run on, their later failures dropped: prefer
/// with_task_group() unless that is wanted, and let functions refer only to what outlives them.
/// Cancellation: cancels every function that has not ended, then throws cancelled.
template <class... Functions>
auto gather(Functions&&... functions) {
    // In braces the functions are spawned in the order of the arguments.
    return detail::gather_tuple(std::tuple<task<std::invoke_result_t<std::decay_t<Functions>>>...>{
        spawn(std::forward<Functions>(functions))...});
}

/// Waits for all tasks and returns their results in the same order; a task<void> gives nothing.
///
/// Failures and cancellation as above.
template <class T>
auto gather(std::vector<task<T>> tasks) {
    detail::gather_state state(tasks.size());
    detail::wait_for_all(state, tasks);
    if constexpr (!std::is_void_v<T>) {
        std::vector<T> results;
        results.reserve(tasks.size());
        for (auto& each : tasks) {
            results.push_back(detail::task_access::take_from(each));
        }
        return results;
    }
}

}  // namespace weft
