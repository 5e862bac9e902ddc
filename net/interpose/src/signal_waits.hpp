// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Waits that end with EINTR once the handler of a signal has run.

#include <weft/error.hpp>

#include "fiber_call.hpp"

#include <signal.h>

#include <atomic>
#include <cstdint>

namespace weft::detail {

// The runtime's own, of signal_watch.hpp.
extern constinit thread_local fiber* main_fiber __attribute__((tls_model("initial-exec")));
void tell_loop(void (*told)() noexcept) noexcept;
bool end_wait(fiber& waiting) noexcept;

}  // namespace weft::detail

namespace weft::interpose {

class pool_call;

/// What a wait does when a handler with SA_RESTART has run. Every other handler ends it.
enum class after_handler : std::uint8_t { goes_on, ends };

/// Thrown by a wait that a handler has ended: EINTR.
struct interrupted_by_handler {};

/// The handlers that have run for one thread of the program: for the main fiber of each runtime,
/// and for each thread that is a fiber.
///
/// Invariants:
/// 1. Handlers write on the thread of the runtime, so that nothing here changes while a handler
///    runs, and a handler may run between any two steps here.
/// 2. A handler counts for a call if it has run since that call began.
class handled_signals {
public:
    /// A handler has run. Async-signal-safe.
    void note(bool restarts) noexcept {
        auto& count = restarts ? restarting_ : interrupting_;
        count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    /// A call begins.
    void begin_call() noexcept {
        restarting_before_ = restarting_.load(std::memory_order_relaxed);
        interrupting_before_ = interrupting_.load(std::memory_order_relaxed);
    }

    /// Ends the wait, if there is one that the handlers end. Between two fibers. Returns false if
    /// the fiber has let others run on its way into the wait: then again.
    ///
    /// \param of  the fiber; the wait of another one is of a runtime that this process has lost.
    bool end_wait(const weft::detail::fiber* of) noexcept;

    /// The same for a thread that is a fiber.
    bool end_wait() noexcept { return waiting_ == nullptr || end_wait(waiting_->fiber_); }

    /// The wait of one call.
    class wait {
    public:
        /// \throws interrupted_by_handler  if one has run in this call.
        wait(handled_signals& of, after_handler then);

        /// For a thread of the pool, which is told when a handler without SA_RESTART has run in
        /// this call; the fiber waits on.
        wait(handled_signals& of, pool_call& made) noexcept;

        wait(const wait&) = delete;
        wait& operator=(const wait&) = delete;
        ~wait() { of_.waiting_ = nullptr; }

        /// After the wait was cancelled. \throws interrupted_by_handler  if by a handler.
        void throw_if_interrupted() const;

    private:
        friend class handled_signals;
        handled_signals& of_;
        const after_handler then_;
        pool_call* const on_pool_ = nullptr;
        weft::detail::fiber* const fiber_ = weft::detail::current_fiber;
        bool ended_ = false;
    };

private:
    void tell_pool(pool_call& made) noexcept;
    [[nodiscard]] bool ends(after_handler then) const noexcept;

    std::atomic<unsigned> restarting_{0};    // handlers with SA_RESTART
    std::atomic<unsigned> interrupting_{0};  // and without
    unsigned restarting_before_ = 0;
    unsigned interrupting_before_ = 0;
    wait* waiting_ = nullptr;
};

/// Those of the calling fiber; null if no signal is for it.
[[nodiscard]] handled_signals* signals_of_this_fiber() noexcept;

/// A call of the calling fiber begins, which may wait: handlers that have run before do not end it.
void note_call_begins() noexcept;

/// Of the handlers that run on this thread the next are for this fiber, not for main(): null.
extern constinit thread_local handled_signals* signals_sent_to;

/// The trampoline's: a handler has run on this thread. Async-signal-safe.
void note_handler(bool restarts) noexcept;

/// Runs `body`, which waits; a signal whose handler runs meanwhile ends that. Inlined, so that its
/// frame is the caller's: what is on the stack of a fiber that waits counts thousands of times.
///
/// \throws interrupted_by_handler  and what `body` throws.
template <class Body>
[[gnu::always_inline]] inline auto interruptible_here(after_handler then, Body&& body) {
    handled_signals* const mine = signals_of_this_fiber();
    if (mine == nullptr) {
        return body();
    }
    const handled_signals::wait wait(*mine, then);
    try {
        return body();
    } catch (const cancelled&) {
        wait.throw_if_interrupted();
        throw;
    }
}

/// The same out of line.
template <class Body>
[[gnu::noinline]] auto interruptible(after_handler then, Body&& body) {
    return interruptible_here(then, body);
}

/// For a lifetime the thread has this mask of signals: those that waited for it arrive.
class mask_meanwhile {
public:
    /// \param changes  false: the mask stays as it is.
    explicit mask_meanwhile(const sigset_t& wanted, bool changes = true) noexcept;
    mask_meanwhile(const mask_meanwhile&) = delete;
    mask_meanwhile& operator=(const mask_meanwhile&) = delete;
    ~mask_meanwhile();

private:
    sigset_t before_{};
    bool changes_;
};

}  // namespace weft::interpose
