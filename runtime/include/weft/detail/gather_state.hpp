// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_access.hpp>
#include <weft/detail/task_watcher.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace weft::detail {

/// Watches the tasks of one gather().
class gather_state final : public task_watcher {
public:
    /// \param count  how many tasks will be watched.
    explicit gather_state(std::size_t count) : task_watcher(count), running_(count) {}

    /// Waits until all have ended, then stops watching. Throws the first failure at once; when
    /// cancelled, cancels all and waits for their end.
    void wait();

private:
    void wait_for_outcome();
    void watched_ended(task_watch& which) noexcept override;
    void checkpoint_or_cancel_all();
    void rethrow_first_failure();
    void cancel_all() noexcept;

    std::size_t running_;
    task_state* failed_ = nullptr;
    wait_queue waiting_;
};

/// The value of an ended task, or std::monostate.
template <class T>
auto value_or_monostate(task<T>& ended) {
    if constexpr (std::is_void_v<T>) {
        task_access::take_from(ended);
        return std::monostate{};
    } else {
        return task_access::take_from(ended);
    }
}

/// Waits for all; after a failure the others are let go.
template <class T>
void wait_for_all(gather_state& state, std::vector<task<T>>& tasks) {
    for (auto& each : tasks) {
        state.watch(task_access::state_of(each));
    }
    try {
        state.wait();
    } catch (...) {
        for (auto& each : tasks) {
            each.detach();
        }
        throw;
    }
}

/// The same for tasks of different types.
template <class... Ts>
void wait_for_all_of(gather_state& state, task<Ts>&... tasks) {
    (state.watch(task_access::state_of(tasks)), ...);
    try {
        state.wait();
    } catch (...) {
        (tasks.detach(), ...);
        throw;
    }
}

template <class... Ts>
auto gather_tuple(std::tuple<task<Ts>...> tasks) {
    gather_state state(sizeof...(Ts));
    return std::apply(
        [&](auto&... each) {
            wait_for_all_of(state, each...);
            // Named, since a deduced tuple of one tuple or pair would be that one.
            return std::tuple<decltype(value_or_monostate(each))...>{value_or_monostate(each)...};
        },
        tasks);
}

}  // namespace weft::detail
