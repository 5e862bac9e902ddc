// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_state.hpp>

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {
struct task_access;
}

/// A handle to a fiber and its result; to fibers what std::jthread is to threads.
///
/// Destroying the handle cancels the fiber and waits for its end, so a function may refer to what
/// is in scope; the fiber itself lets go when it does that. detach() lets it go instead. A failure
/// that nobody read goes to the error handler.
/// Threads:  only on the thread of its runtime.
/// Lifetime: must be gone before the runtime.
template <class T = void>
class [[nodiscard]] task {
public:
    task() noexcept = default;
    task(task&& other) noexcept
        : state_(std::exchange(other.state_, nullptr)), value_(std::exchange(other.value_, {})) {}
    task& operator=(task&& other) noexcept {
        task old(std::move(*this));
        state_ = std::exchange(other.state_, nullptr);
        value_ = std::exchange(other.value_, {});
        return *this;
    }
    ~task() {
        if (state_ != nullptr) {
            detail::drop_task(*state_);
        }
    }

    /// Waits for the end of the fiber, however it ends.
    ///
    /// Cancellation: throws cancelled; the task runs on.
    /// \throws usage_error  if the fiber joins itself, there is no task, or the caller must wait
    ///         for a task of another runtime.
    void join() { detail::join_task(required()); }

    /// Waits for the end and returns the result, which is moved out; the handle is empty then.
    ///
    /// Cancellation: throws cancelled; the task runs on and keeps its result.
    /// \throws what the function threw; cancelled if the task was cancelled; usage_error if there
    ///         is no task.
    T get() {
        join();
        return take();
    }

    /// Asks the fiber to stop: every blocking call in it throws cancelled. Returns false if it
    /// has ended. Never blocks.
    bool cancel(std::string_view reason = {}) { return detail::cancel_task(required(), reason); }

    /// Lets the fiber run on by itself. A failure then goes to the error handler. Never blocks.
    void detach() {
        detail::detach_task(required());
        state_ = nullptr;
    }

    /// Whether the fiber has ended.
    [[nodiscard]] bool done() const { return required().outcome != detail::task_outcome::running; }

    /// Whether there is a task; false after get(), detach() or a move.
    [[nodiscard]] bool valid() const noexcept { return state_ != nullptr; }

    [[nodiscard]] std::uint64_t id() const { return detail::task_id(required()); }
    [[nodiscard]] std::string name() const { return detail::task_name(required()); }

private:
    template <class Function>
    friend auto spawn(Function&& function, spawn_options options, std::source_location spawned_at);
    friend struct detail::task_access;

    task(detail::task_state& state, detail::task_value<T>& value) noexcept
        : state_(&state), value_(&value) {}

    [[nodiscard]] detail::task_state& required() const {
        if (state_ == nullptr) {
            throw usage_error("task: the handle is empty");
        }
        return *state_;
    }

    /// get() of a task that has ended, which is then no blocking call.
    T take() {
        task ended(std::move(*this));
        detail::rethrow_outcome(*ended.state_);
        if constexpr (!std::is_void_v<T>) {
            return std::move(*ended.value_->value);
        }
    }

    detail::task_state* state_ = nullptr;
    detail::task_value<T>* value_ = nullptr;
};

/// Starts a fiber that runs `function`. It begins when the caller blocks or yields; fibers begin
/// in the order of their spawn.
///
/// The fiber has a scope of its own: cancelling the caller does not reach it, except through the
/// handle. Cancelled before it began, the function never runs and its captures are destroyed.
/// Blocks: never.
/// \throws usage_error  outside a runtime; std::system_error  if no stack can be had or
///         run_options::max_fibers is reached.
template <class Function>
[[nodiscard]] auto spawn(Function&& function, spawn_options options = {},
                         std::source_location spawned_at = std::source_location::current()) {
    using result = std::invoke_result_t<std::decay_t<Function>>;
    auto& state =
        detail::launch(std::forward<Function>(function), options, nullptr, nullptr, spawned_at);
    return task<result>(state, state);
}

}  // namespace weft
