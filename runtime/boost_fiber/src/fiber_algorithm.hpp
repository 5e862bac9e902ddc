// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "adopted_fibers.hpp"
#include "engine/ready_queue.hpp"

#include <weft/detail/timer.hpp>

#include <boost/fiber/algo/algorithm.hpp>
#include <boost/fiber/context.hpp>
#include <boost/version.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace weft::detail {

class scheduler;

/// From 1.88 on, Boost.Context puts the exceptions of a stack on that stack when it is left, and
/// back when it is entered again; setting those of the next one before the switch would lose them.
constexpr bool context_keeps_exceptions = BOOST_VERSION >= 108800;

/// The scheduling algorithm that makes a thread of Boost.Fiber a runtime of weft.
///
/// Boost.Fiber asks an algorithm for the next context before each switch but one: what is launched
/// with launch::dispatch starts at once, and the algorithm hears of it when the launcher is ready
/// again. It also has two contexts that are no fibers: the main one, which is the root fiber here,
/// and the dispatcher, which wakes sleepers, takes what other threads have woken, and frees the
/// stacks of the ended.
///
/// Invariants:
/// 1. `running_` is the context on the processor and current_fiber its fiber, except in a context
///    that was launched with launch::dispatch, until its launcher becomes ready.
/// 2. The dispatcher is not in the queue: it is always ready unless it runs. It gets its turn when
///    the queue is empty and every switches_per_turn() switches; only it lets time pass.
/// 3. A fiber that waits for something of Boost.Fiber is `parked` for wait_reason::boost_fiber and
///    has no `abort`.
/// 4. `left_` ran before the running fiber, and has not been freed: only the dispatcher frees. A
///    fiber that yields is awakened as just that, by the next one, so it need not be searched for.
/// 5. errno and the exception globals of a fiber that does not run are in its control block; the
///    latter for reading alone where context_keeps_exceptions.
class fiber_algorithm final : public boost::fibers::algo::algorithm {
public:
    /// \param main  what becomes the root fiber of the runtime; the running context.
    fiber_algorithm(scheduler& home, boost::fibers::context& main);

    /// Whether a runtime may begin in the running context: in a thread's main one, and in the child
    /// of a fork(), where the context that called it is all that is left.
    [[nodiscard]] static bool may_be_installed_in(const boost::fibers::context& context) noexcept;

    /// Ends the program, with a message, if another algorithm takes this one's place.
    ~fiber_algorithm() override;

    void awakened(boost::fibers::context* context) noexcept override;
    boost::fibers::context* pick_next() noexcept override;
    [[nodiscard]] bool has_ready_fibers() const noexcept override;
    void suspend_until(std::chrono::steady_clock::time_point const& until) noexcept override;
    void notify() noexcept override;

    /// Puts a fiber that waited in weft at the end of the queue.
    void push(fiber& able) noexcept {
        if (able.reason == wait_reason::none || able.reason == wait_reason::boost_fiber) {
            able.reason = wait_reason::other;  // it yields: see adopted_fibers::inside_weft()
        }
        ring_.push(able);
    }

    /// Makes room for every fiber that there is and one more.
    void reserve();

    [[nodiscard]] const adopted_fibers& adopted() const noexcept { return adopted_; }

    /// The runtime ends: from now on the thread has no current fiber but the root one.
    void begin_retreat() noexcept;

    /// Another algorithm is about to take over, which gets all that is ready.
    void end_retreat() noexcept;

private:
    struct limit : timer {
        scheduler* home = nullptr;
    };

    fiber& fiber_of(boost::fibers::context& context);
    void notice_dispatch() noexcept;
    void leave() noexcept;
    boost::fibers::context* enter(fiber& next) noexcept;
    boost::fibers::context* hand_over() noexcept;
    [[nodiscard]] bool left_behind() const noexcept;
    boost::fibers::context* without_runtime() noexcept;

    scheduler& home_;
    boost::fibers::context* main_;
    boost::fibers::context* dispatcher_ = nullptr;
    boost::fibers::context* running_;
    boost::fibers::context* left_ = nullptr;
    fiber* left_fiber_ = nullptr;
    exception_globals* exceptions_;  // of this thread, as in native_engine.cpp
    int* errno_;                     // the same
    ready_ring ring_;
    ready_queue queue_;
    adopted_fibers adopted_;
    fiber loop_;  // stands for the dispatcher; parked, and not registered
    limit until_;
    unsigned until_turn_;
    bool retreating_ = false;

    // What is left when run() leaves its fibers behind.
    bool main_ready_ = false;
    bool forgotten_ = false;
    std::mutex outside_;
    std::condition_variable notified_;
    bool was_notified_ = false;
};

}  // namespace weft::detail
