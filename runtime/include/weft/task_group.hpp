// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/scope_state.hpp>
#include <weft/detail/task_state.hpp>
#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <exception>
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
        prepare_for_child();
        detail::launch(std::forward<Function>(function), options, &scope_, this, spawned_at)
            .has_handle = false;
        ++running_;
    }

    /// Cancels the block and all children; the group then ends without an exception unless a
    /// child fails. Never blocks, idempotent.
    void cancel(std::string_view reason = {});

    /// Children that have not ended.
    [[nodiscard]] std::size_t running() const noexcept { return running_; }

private:
    template <class Body>
    friend auto with_task_group(Body&& body);

    task_group();
    ~task_group() = default;

    void task_ended(detail::task_state& ended) noexcept override;
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
