// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/task_access.hpp>
#include <weft/task.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weft {

/// A handle to a child of a task_group and its result; see task_group::spawn_child().
///
/// It is the group that waits for the child: destroying the handle changes nothing. The handle may
/// outlive the group, so that results can be taken after it.
/// Threads:  only on the thread of its runtime.
/// Lifetime: must be gone before the runtime.
template <class T = void>
class child_task {
public:
    child_task() noexcept = default;
    child_task(child_task&&) noexcept = default;
    child_task& operator=(child_task&& other) noexcept {
        const child_task old(std::move(*this));
        handle_ = std::move(other.handle_);
        return *this;
    }
    ~child_task() {
        if (handle_.valid()) {
            handle_.detach();
        }
    }

    /// Waits for the end of the child, however it ends.
    ///
    /// Cancellation: throws cancelled; the child runs on.
    /// \throws usage_error  if the child joins itself or the handle is empty.
    void join() { handle_.join(); }

    /// Waits for the end and returns the result, which is moved out; the handle is empty then.
    ///
    /// Cancellation: throws cancelled; also in the group of a child that fails.
    /// \throws what the function threw; cancelled if the child was cancelled; usage_error if the
    ///         handle is empty.
    T get() { return handle_.get(); }

    /// Asks this child alone to stop; the group goes on. Returns false if it has ended. Never
    /// blocks.
    bool cancel(std::string_view reason = {}) { return handle_.cancel(reason); }

    /// Whether the child has ended.
    [[nodiscard]] bool done() const { return handle_.done(); }

    /// Whether there is a child; false after get() or a move.
    [[nodiscard]] bool valid() const noexcept { return handle_.valid(); }

    [[nodiscard]] std::uint64_t id() const { return handle_.id(); }
    [[nodiscard]] std::string name() const { return handle_.name(); }

private:
    friend class task_group;
    friend struct detail::task_access;

    explicit child_task(task<T> handle) noexcept : handle_(std::move(handle)) {}

    [[nodiscard]] detail::task_state& required() const {
        return detail::task_access::state_of(handle_);
    }

    task<T> handle_;
};

template <class T>
inline constexpr bool detail::is_task_handle<child_task<T>> = true;

}  // namespace weft
