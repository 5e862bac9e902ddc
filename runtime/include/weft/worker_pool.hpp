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

/// Runs `function` on a thread of the runtime's worker pool and returns its result.
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

}  // namespace weft
