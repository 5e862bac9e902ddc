// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/child_task.hpp>
#include <weft/detail/scope_state.hpp>
#include <weft/detail/task_access.hpp>
#include <weft/detail/task_state.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/start_status.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// Fibers that live inside one block: see with_task_group().
///
/// Threads: only on the thread of its runtime.
class task_group final : private detail::task_observer {
public:
    task_group(const task_group&) = delete;
    task_group& operator=(const task_group&) = delete;

    /// Starts a fiber inside the group; children may add siblings. Its result is dropped, its
    /// failure cancels the group.
    ///
    /// Blocks: never.
    /// In a group cancelled from outside, by a scope around it, the child never runs and its
    /// captures are destroyed.
    /// \throws usage_error  once the group has failed, was cancelled by cancel() or has ended;
    ///         `function` does not run then.
    template <class Function>
    void spawn(Function&& function, spawn_options options = {},
               std::source_location spawned_at = std::source_location::current()) {
        add_child(std::forward<Function>(function), options, spawned_at).has_handle = false;
    }

    /// spawn() that returns a handle to the child, a child_task of its result.
    template <class Function>
    [[nodiscard]] auto spawn_child(
        Function&& function, spawn_options options = {},
        std::source_location spawned_at = std::source_location::current()) {
        using result = std::invoke_result_t<std::decay_t<Function>>;
        auto& child = add_child(std::forward<Function>(function), options, spawned_at);
        return child_task<result>(detail::task_access::handle_to<result>(child, child));
    }

    /// Spawns `function(start_status<T>)` and waits until it calls started(), so that for example
    /// a server listens before its clients come. Returns what was given to started().
    ///
    /// Until then the child belongs to the caller: a failure is thrown here and does not cancel
    /// the group. Afterwards it is a child like others.
    /// Blocks:       until the child is ready or has ended.
    /// Cancellation: cancels the child and waits for its end, then throws cancelled, or what the
    ///               child threw.
    /// \throws what `function` throws before it is ready; usage_error  if it returns before, and
    ///         as spawn() does.
    template <class T = void, class Function>
    T start(Function&& function, spawn_options options = {},
            std::source_location spawned_at = std::source_location::current()) {
        detail::checkpoint();
        const auto record = std::make_shared<detail::start_record_of<T>>(*this);
        auto begin = [function = std::decay_t<Function>(std::forward<Function>(function)),
                      record = record]() mutable {
            std::invoke(std::move(function), start_status<T>(std::move(record)));
        };
        auto& child = add_child(std::move(begin), options, spawned_at);
        child.has_handle = false;
        record->observe(child);
        record->wait_until_ready();
        if constexpr (!std::is_void_v<T>) {
            return std::move(*record->value);
        }
    }

    /// Cancels the block and all children; the group then ends without an exception unless a
    /// child fails. Never blocks, idempotent.
    void cancel(std::string_view reason = {});

    /// Children that have not ended.
    [[nodiscard]] std::size_t running() const noexcept { return running_; }

private:
    template <class Body>
    friend auto with_task_group(Body&& body);
    friend class detail::start_record;

    task_group();
    ~task_group() = default;

    template <class Function>
    auto& add_child(Function&& function, const spawn_options& options,
                    std::source_location spawned_at) {
        prepare_for_child();
        auto& child =
            detail::launch(std::forward<Function>(function), options, &scope_, this, spawned_at);
        ++running_;
        return child;
    }

    void task_ended(detail::task_state& ended) noexcept override;
    void child_gone() noexcept;
    void prepare_for_child();  // so that its end cannot fail
    void require_open() const;
    void body_failed(std::exception_ptr error);
    void wait_for_children() noexcept;
    void throw_failures();
    void throw_outer_cancellation() const;

    detail::scope_state scope_;
    std::size_t running_ = 0;
    bool ended_ = false;
    bool interrupted_ = false;  // cancelled while it waited for children
    std::vector<std::exception_ptr> errors_;
    detail::wait_queue waiting_;
};

/// Runs `body(group)`, waits for all children of the group and returns the result of `body`; a
/// std::optional of it that is empty if the group was cancelled before `body` had a result.
///
/// When a child or the body fails, the others are cancelled.
/// Blocks:       until the last child has ended, also when cancelled.
/// Cancellation: reaches the body and all children; then throws cancelled.
/// \throws exception_group  with every failure, in the order of their happening.
template <class Body>
auto with_task_group(Body&& body) {
    using result = std::invoke_result_t<Body, task_group&>;
    constexpr bool has_value = !std::is_void_v<result>;
    using stored = std::conditional_t<has_value, std::remove_cvref_t<result>, bool>;
    task_group group;
    std::optional<stored> value;
    {
        detail::entered_scope entered(group.scope_);
        std::exception_ptr pass_on;
        try {
            if constexpr (has_value) {
                value.emplace(std::forward<Body>(body)(group));
            } else {
                std::forward<Body>(body)(group);
            }
        } catch (cancelled& request) {
            if (!entered.absorbs(request)) {
                pass_on = std::current_exception();
                group.cancel(request.reason());
            }
        } catch (...) {
            group.body_failed(std::current_exception());
        }
        group.wait_for_children();
        group.throw_failures();
        if (pass_on) {
            std::rethrow_exception(pass_on);
        }
        group.throw_outer_cancellation();
    }
    if constexpr (has_value) {
        return value;
    }
}

}  // namespace weft
