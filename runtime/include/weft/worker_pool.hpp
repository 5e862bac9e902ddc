// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/job.hpp>

#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft {

/// How to_thread() treats cancellation.
enum class on_cancel : unsigned char {
    wait,     ///< a running function is waited for and its result delivered
    abandon,  ///< the caller stops waiting at once; the outcome is dropped
};

/// Runs `function` on a thread of the runtime's worker pool and returns its result. What it can do
/// there: this_worker.hpp.
///
/// For what would block the thread of the runtime: files, CPU-bound work, blocking libraries. The
/// pool grows to run_options::worker_threads; further calls queue. With on_cancel::abandon the
/// function must not refer to what may end before it.
/// Blocks:       until the function has returned.
/// Cancellation: a function still queued never runs and cancelled is thrown at once; for one that
///               runs, see on_cancel.
/// \throws whatever the function throws.
template <class Function>
auto to_thread(Function&& function, on_cancel policy = on_cancel::wait) {
    using job_type = detail::function_job<std::decay_t<Function>>;
    auto job = std::make_shared<job_type>(std::forward<Function>(function));
    detail::run_on_worker(job, policy == on_cancel::abandon);
    return job->take();
}

/// The same with one permit of `limiter`, which is taken before and given back once the function
/// has ended, also if it was abandoned: not more of them run than there are permits.
///
/// \param limiter  anything with acquire() and release(), such as counting_semaphore;
///                of a capacity_limiter the call is the borrower, not the fiber.
/// Lifetime: with on_cancel::abandon the limiter must outlive the function.
template <class Limiter, class Function>
requires requires(Limiter& limiter) {
    limiter.acquire();
    limiter.release();
}
auto to_thread(Limiter& limiter, Function&& function, on_cancel policy = on_cancel::wait) {
    return to_thread([permit = detail::held_permit<Limiter>(limiter),
                      function = std::forward<Function>(function)]() mutable { return function(); },
                     policy);
}

}  // namespace weft
