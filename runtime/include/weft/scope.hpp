// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Cancellation and time limits: scopes, level-triggered, by identity.
///
/// While a scope is cancelled every blocking call inside it throws cancelled, until the scope is
/// left; the outermost cancelled scope absorbs the exception. Limits reach into any code that
/// blocks through weft, so no call takes a timeout parameter.

#include <weft/clock.hpp>
#include <weft/detail/scope_state.hpp>
#include <weft/error.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// A region of code that can be cancelled as a whole, by a call or by a deadline.
///
/// Threads:  only on the thread of its runtime.
/// Lifetime: outlives its run().
class cancel_scope {
public:
    explicit cancel_scope(clock::time_point deadline = never) { state_.deadline = deadline; }

    cancel_scope(const cancel_scope&) = delete;
    cancel_scope& operator=(const cancel_scope&) = delete;

    /// Runs `body` inside the scope, once. Returns whether it ended by itself: false means that
    /// this scope was cancelled and stopped it.
    ///
    /// Cancellation: this scope's own is absorbed, one of an outer scope passes.
    /// \throws usage_error  if the scope was run before, or outside a fiber.
    template <class Body>
    bool run(Body&& body);

    /// Cancels everything inside; before run(), as soon as it starts. Later calls change nothing.
    ///
    /// Blocks: never.
    void cancel(std::string_view reason = {});

    /// Whether cancel() was called or the deadline has passed.
    [[nodiscard]] bool cancel_called() const noexcept { return state_.cancel_called; }

    /// Whether the scope was left by a cancellation that it absorbed.
    [[nodiscard]] bool cancelled_caught() const noexcept { return state_.caught; }

    /// Moves the deadline; `never` removes it. No effect once the scope is cancelled.
    void set_deadline(clock::time_point deadline);
    [[nodiscard]] clock::time_point deadline() const noexcept { return state_.deadline; }

    /// While on, cancellation of outer scopes does not reach inside.
    void set_shield(bool on);

    /// Unique in this process; what cancelled::scope_id() names.
    [[nodiscard]] std::uint64_t id() const noexcept { return state_.id; }

private:
    detail::scope_state state_;
};

/// The earliest deadline among the scopes around the caller that are not shielded away; `never`
/// if there is none or outside fibers.
[[nodiscard]] clock::time_point current_deadline() noexcept;

/// Runs `body` until the deadline. Returns whether it finished: a bool, or for a `body` with a
/// result a std::optional that is empty when time ran out.
template <class Body>
auto move_on_at(clock::time_point deadline, Body&& body) {
    using result = std::invoke_result_t<Body>;
    cancel_scope scope(deadline);
    if constexpr (std::is_void_v<result>) {
        return scope.run(std::forward<Body>(body));
    } else {
        std::optional<std::remove_cvref_t<result>> value;
        scope.run([&] { value.emplace(std::forward<Body>(body)()); });
        return value;
    }
}

/// move_on_at() with a limit from now on.
///
/// \throws std::invalid_argument  if the duration is not a number.
template <class Rep, class Period, class Body>
auto move_on_after(std::chrono::duration<Rep, Period> limit, Body&& body) {
    return move_on_at(deadline_after(limit), std::forward<Body>(body));
}

/// Runs `body` and returns its result.
///
/// \throws timeout_error  if the deadline stopped it.
template <class Body>
auto fail_at(clock::time_point deadline, Body&& body) {
    auto finished = move_on_at(deadline, std::forward<Body>(body));
    if (!finished) {
        throw timeout_error();
    }
    if constexpr (!std::is_same_v<decltype(finished), bool>) {
        return std::move(*finished);
    }
}

/// fail_at() with a limit from now on.
///
/// \throws timeout_error  if the limit was exceeded.
/// \throws std::invalid_argument  if the duration is not a number.
template <class Rep, class Period, class Body>
auto fail_after(std::chrono::duration<Rep, Period> limit, Body&& body) {
    return fail_at(deadline_after(limit), std::forward<Body>(body));
}

/// Runs `body` out of reach of the cancellation around it, for at most `limit`. For cleanup that
/// has to block.
///
/// \throws timeout_error  if the limit was exceeded.
template <class Rep, class Period, class Body>
auto shield_for(std::chrono::duration<Rep, Period> limit, Body&& body) {
    return detail::run_shielded([&] { return fail_after(limit, std::forward<Body>(body)); });
}

template <class Body>
bool cancel_scope::run(Body&& body) {
    detail::entered_scope entered(state_);
    try {
        std::forward<Body>(body)();
    } catch (cancelled& request) {
        if (!entered.absorbs(request)) {
            throw;
        }
        state_.caught = true;
    }
    return !state_.caught;
}

}  // namespace weft
