// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The entry to weft: run() makes the calling thread a runtime until its main fiber has ended.

#include <weft/clock.hpp>
#include <weft/debug.hpp>
#include <weft/detail/job.hpp>
#include <weft/detail/posted.hpp>
#include <weft/error.hpp>
#include <weft/trace_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <source_location>
#include <type_traits>
#include <utility>

namespace weft {

namespace detail {
class engine;
class scheduler;
}  // namespace detail

/// Makes the engine of a runtime; see run_options::engine.
using engine_maker = std::unique_ptr<detail::engine> (*)(detail::scheduler& home);

/// What the runtime's clock shows.
enum class time_source : std::uint8_t {
    monotonic,     ///< CLOCK_MONOTONIC
    virtual_time,  ///< starts at 0 and jumps to the next deadline when nothing else can happen
};

/// How a runtime waits for descriptors.
enum class backend_kind : std::uint8_t {
    automatic,  ///< the environment variable WEFT_BACKEND if set, else the best that works here
    epoll,
};

/// What can be chosen for a runtime.
struct run_options {
    /// Address space of a fiber's stack in bytes; memory is used as it is touched.
    std::size_t stack_size = 256 * 1024;
    /// The same for the main fiber.
    std::size_t main_stack_size = 8 * 1024 * 1024;
    /// Live fibers at most; spawn() fails beyond.
    std::size_t max_fibers = 4'194'304;
    /// Threads of the worker pool at most; 0: four more than there are processors, at most 32.
    std::size_t worker_threads = 0;
    /// Functions that wait for a worker at most; further to_thread() calls wait in line.
    std::size_t worker_queue = 10'000;
    /// Functions posted from other threads and not yet begun, at most.
    std::size_t max_posted = 1'048'576;
    /// How long blocking calls may go on while an exception unwinds a cancelled fiber.
    clock::duration unwinding_limit = std::chrono::seconds(5);
    /// How long the end of run() waits for worker threads.
    clock::duration pool_join_limit = std::chrono::seconds(300);
    time_source time = time_source::monotonic;
    backend_kind backend = backend_kind::automatic;
    /// What switches between fibers. Null: weft's own, on Boost.Context. `weft/boost_fiber.hpp` has
    /// another, which makes every fiber one of Boost.Fiber.
    engine_maker engine = nullptr;
    /// 0: ready fibers run first come, first served; else in a random order drawn from this seed.
    std::uint64_t order_seed = 0;
    /// Whether SIGINT cancels the main fiber; only on the main thread, and only if nobody else
    /// handles it.
    bool handle_interrupt = true;
    /// Whether it is reported once every fiber waits, without a limit, for something that only
    /// another of them could do.
    bool report_deadlock = true;
    /// Ends the process with this exit code after such a report; empty: it goes on waiting, for a
    /// signal perhaps.
    std::optional<int> deadlock_exit_code = {};
    debug_options debug = {};
    /// What other processes can see of the fibers.
    trace_options trace = {};
    /// Takes reports of failures that no caller can be told; default_error_handler if empty.
    error_handler on_error = {};
};

/// Access to a runtime from other threads.
///
/// Threads:  any. Copies refer to the same runtime, which may end before them.
class runtime_handle {
public:
    /// Runs `function` in a new fiber of the runtime. Those of one thread begin in order.
    ///
    /// Blocks: never.
    /// \throws usage_error  if the runtime has ended; std::system_error (EAGAIN)  if
    ///         run_options::max_posted functions wait. `function` does not run then.
    template <class Function>
    void post(Function&& function) const {
        send(std::make_unique<detail::posted_function<std::decay_t<Function>>>(
            std::forward<Function>(function)));
    }

    /// Like post(), and delivers the result or exception. The future is broken
    /// (std::future_errc::broken_promise) if the runtime ends before the function began.
    template <class Function>
    [[nodiscard]] auto submit(Function&& function) const {
        using result = std::invoke_result_t<std::decay_t<Function>>;
        std::packaged_task<result()> packaged(std::forward<Function>(function));
        auto outcome = packaged.get_future();
        post(std::move(packaged));
        return outcome;
    }

    /// From a fiber of another runtime: runs `function` in a fiber of this one and returns its
    /// result. Only the calling fiber waits.
    ///
    /// Cancellation: cancels that fiber, too, and waits for it; a result that it delivers all the
    ///               same is returned.
    /// \throws what `function` throws; usage_error  if the runtime has ended; std::system_error
    ///         (EAGAIN)  as post(); (ECANCELED)  if the runtime ends before the function does.
    template <class Function>
    auto call(Function&& function) const {
        auto job = std::make_shared<detail::function_job<std::decay_t<Function>>>(
            std::forward<Function>(function));
        detail::call_remotely(queue_, job);
        try {
            return job->take();
        } catch (const cancelled&) {  // of a scope over there, which means nothing here
            detail::rethrow_remote_cancellation();
        }
    }

private:
    friend runtime_handle current_runtime();
    explicit runtime_handle(std::shared_ptr<detail::remote_queue> queue)
        : queue_(std::move(queue)) {}
    void send(std::unique_ptr<detail::posted> function) const;

    std::shared_ptr<detail::remote_queue> queue_;
};

/// The runtime of the calling fiber.
///
/// \throws usage_error  outside a fiber.
[[nodiscard]] runtime_handle current_runtime();

/// Makes the calling thread a runtime, runs `main` in its first fiber and returns its result.
///
/// Afterwards all fibers left over are cancelled and waited for, their failures reported, the
/// worker threads joined and signal dispositions restored. The first SIGINT cancels `main`; the
/// second ends the wait, leaving behind what still runs.
/// Blocks: the thread.
/// \throws what `main` throws; interrupted  if SIGINT ended it; usage_error  inside a runtime;
///         std::system_error  if descriptors or memory for a runtime cannot be had.
template <class Main>
auto run(Main&& main, run_options options = {},
         std::source_location called_at = std::source_location::current()) {
    using result = std::invoke_result_t<Main>;
    if constexpr (std::is_void_v<result>) {
        detail::run_main(
            std::move(options), [&] { std::forward<Main>(main)(); }, called_at);
    } else {
        std::optional<std::remove_cvref_t<result>> value;
        detail::run_main(
            std::move(options), [&] { value.emplace(std::forward<Main>(main)()); }, called_at);
        return std::move(*value);
    }
}

}  // namespace weft
