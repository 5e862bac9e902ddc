// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_state.hpp>

#include <ranges>

namespace weft {

template <class T>
class task;

namespace detail {

/// Opens handles to the runtime.
struct task_access {
    /// \throws usage_error  if the handle is empty.
    template <class Handle>
    static task_state& state_of(const Handle& handle) {
        return handle.required();
    }

    /// What a task that has ended returned or threw; a cancellation of the caller can wait.
    template <class T>
    static T take_from(task<T>& ended) {
        return ended.take();
    }

    template <class T>
    static task<T> handle_to(task_state& state, task_value<T>& value) noexcept {
        return {state, value};
    }
};

/// Whether a type is a task or another handle to one.
template <class Handle>
inline constexpr bool is_task_handle = false;
template <class T>
inline constexpr bool is_task_handle<task<T>> = true;

template <class Handle>
concept task_handle = is_task_handle<Handle>;

/// A range of them.
template <class Range>
concept task_range =
    std::ranges::input_range<Range> && task_handle<std::ranges::range_value_t<Range>>;

}  // namespace detail
}  // namespace weft
