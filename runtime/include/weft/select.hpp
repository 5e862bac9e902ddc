// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Waiting for the first of several things: select(on_receive(...), on_set(...), on_timeout(...)).

#include <weft/clock.hpp>
#include <weft/detail/select_case.hpp>
#include <weft/detail/select_channel_case.hpp>
#include <weft/detail/select_wait.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace weft {

/// Waits until one of the cases can happen, does it, and calls its handler. Returns its index.
///
/// Exactly one case happens; the others leave no trace: no value is taken, none is sent. Of several
/// that can happen at once the first in the order of the arguments does, so put first what matters
/// more. Who waits here stands in the same lines, first come, first served, as who waits for one
/// thing only.
///
///     select(on_receive(jobs, [&](std::optional<job> next) { ... }),
///            on_set(stop, [&] { running = false; }),
///            on_timeout(1s, [&] { report(); }));
///
/// Blocks:       until a case can happen; not at all with otherwise().
/// Cancellation: throws cancelled; no case has happened. The handler runs after the wait and may
///               block itself.
/// \throws what the call of the case that happened would throw (channel_closed ...), and what its
///         handler throws; usage_error  outside fibers.
template <class... Cases>
std::size_t select(Cases&&... cases) {
    static_assert(sizeof...(Cases) > 0, "select() needs a case");
    static_assert(detail::otherwise_is_last<Cases...>(), "otherwise() must be the last case");
    detail::checkpoint();
    const std::size_t chosen = detail::wait_for_case(cases...);
    std::size_t index = 0;
    static_cast<void>((((index++ == chosen) ? (cases.finish(), true) : false) || ...));
    return chosen;
}

/// The next value of a channel or receiver; the handler gets what receive() would return.
template <class Source, class Handler>
[[nodiscard]] auto on_receive(Source& source, Handler handler) {
    return detail::receive_case<Source, Handler>(source, std::move(handler));
}

/// Sends `value` into a channel or sender. It is moved from only if this case happens.
template <class Target, class T, class Handler = detail::no_handler>
[[nodiscard]] auto on_send(Target& target, T& value, Handler handler = {}) {
    return detail::send_case<Target, T, Handler>(target, value, std::move(handler));
}

/// The next item of a queue; the handler gets it.
template <class Queue, class Handler>
[[nodiscard]] auto on_get(Queue& source, Handler handler) {
    return detail::get_case<Queue, Handler>(source, std::move(handler));
}

/// An event is set.
template <class Handler = detail::no_handler>
[[nodiscard]] auto on_set(event& awaited, Handler handler = {}) {
    return detail::event_case<Handler>(awaited, std::move(handler));
}

/// A permit of a semaphore is acquired; the handler or the caller releases it.
template <class Handler = detail::no_handler>
[[nodiscard]] auto on_acquire(counting_semaphore& permits, Handler handler = {}) {
    return detail::acquire_case<Handler>(permits, std::move(handler));
}

/// The deadline has come before anything else.
template <class Handler = detail::no_handler>
[[nodiscard]] auto on_deadline(clock::time_point deadline, Handler handler = {}) {
    return detail::deadline_case<Handler>(deadline, std::move(handler));
}

/// The same with a limit from now on.
///
/// \throws std::invalid_argument  if it is not a number.
template <class Rep, class Period, class Handler = detail::no_handler>
[[nodiscard]] auto on_timeout(std::chrono::duration<Rep, Period> limit, Handler handler = {}) {
    return on_deadline(deadline_after(limit), std::move(handler));
}

/// Nothing else can happen at once: select() does not wait. Must be the last case.
template <class Handler = detail::no_handler>
[[nodiscard]] auto otherwise(Handler handler = {}) {
    return detail::otherwise_case<Handler>(std::move(handler));
}

}  // namespace weft
