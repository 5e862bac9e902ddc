// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// weft for programs on Boost.Fiber: fibers of Boost.Fiber call weft, weft's fibers call
/// Boost.Fiber. Link `weft::boost_fiber`.

#include <weft/run.hpp>

#include <memory>

namespace weft {

namespace detail {
class installed_runtime;
}

/// For run_options::engine: every fiber is a boost::fibers::fiber, and the runtime is the
/// scheduling algorithm of its thread while run() lasts.
///
/// \throws usage_error  in a fiber of Boost.Fiber that is not its thread's main one.
[[nodiscard]] std::unique_ptr<detail::engine> boost_fiber_engine(detail::scheduler& home);

/// Makes the calling thread a runtime for a lifetime, with all the fibers of Boost.Fiber that it
/// has or gets: they, and the thread's main fiber, can call weft from now on.
///
/// The end cancels what waits in weft, waits for weft's own fibers, and leaves those of Boost.Fiber
/// to boost::fibers::algo::round_robin. A second SIGINT during that wait leaves them behind.
/// Threads:   its own only; must be made and destroyed on the thread's main fiber.
class boost_fiber_runtime {
public:
    /// \param options  `engine` is chosen already.
    /// \throws usage_error  if the thread is a runtime already, or not on its main fiber.
    explicit boost_fiber_runtime(run_options options = {});
    boost_fiber_runtime(const boost_fiber_runtime&) = delete;
    boost_fiber_runtime& operator=(const boost_fiber_runtime&) = delete;

    /// Blocks:  the calling fiber.
    ~boost_fiber_runtime();

private:
    std::unique_ptr<detail::installed_runtime> runtime_;
};

}  // namespace weft
