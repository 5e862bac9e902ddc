// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_state.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft::detail {

/// Watches the tasks of one gather().
class gather_state final : private task_observer {
public:
    gather_state() = default;
    gather_state(const gather_state&) = delete;
    gather_state& operator=(const gather_state&) = delete;

    /// Stops watching; tasks that still run are let go, their failures dropped.
    ~gather_state();

    void add(task_state& watched);

    /// Waits until all have ended. Throws the first failure at once; when cancelled, cancels all
    /// and waits for their end.
    void wait();

private:
    void task_ended(task_state& ended) noexcept override;
    void rethrow_first_failure();
    void cancel_all() noexcept;

    std::vector<task_state*> watched_;
    std::size_t running_ = 0;
    task_state* failed_ = nullptr;
    bool abandoned_ = false;
    wait_queue waiting_;
};

template <class T>
task_state& state_of(const task<T>& handle);

/// The value of an ended task, or std::monostate.
template <class T>
auto value_or_monostate(task<T>& ended) {
    if constexpr (std::is_void_v<T>) {
        ended.get();
        return std::monostate{};
    } else {
        return ended.get();
    }
}

template <std::size_t... Indices, class... Ts>
auto gather_tuple(std::index_sequence<Indices...>, task<Ts>... tasks) {
    gather_state state;
    (state.add(state_of(tasks)), ...);
    state.wait();
    return std::tuple{value_or_monostate(tasks)...};
}

}  // namespace weft::detail
