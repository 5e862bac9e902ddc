// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What a function on a worker thread can do: see to_thread().

#include <weft/detail/job.hpp>

#include <type_traits>
#include <utility>

namespace weft::this_worker {

/// Throws cancelled if the fiber that called to_thread() was cancelled meanwhile. For functions
/// that take long: the exception goes through to_thread() to the scope that asked for it.
///
/// Blocks: never.
/// \throws usage_error  on a thread that is no worker.
void check_cancelled();

/// Runs `function` in the fiber that called to_thread() and returns its result: there it may block
/// as any code of a fiber, in the scopes of the caller.
///
/// Blocks:       the worker thread. A function that calls to_thread() in turn needs another one.
/// Cancellation: reaches what `function` waits for, and passes as cancelled.
/// \throws what `function` throws; usage_error  on a thread that is no worker, or if the fiber has
///         stopped waiting (on_cancel::abandon) or its runtime has ended.
template <class Function>
auto run(Function&& function) {
    detail::function_job<std::decay_t<Function>> asked(std::forward<Function>(function));
    detail::run_in_caller(asked);
    return asked.take();
}

}  // namespace weft::this_worker
