// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/scope_state.hpp>
#include <weft/detail/task_state.hpp>
#include <weft/detail/value_share.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/trace_format.hpp>

#include "assert.hpp"
#include "stack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <utility>

namespace weft::detail {

class scheduler;

/// Where a fiber is; each value names the one container that holds it.
enum class fiber_state : std::uint8_t {
    created,   // with its creator, not started
    ready,     // in the ready queue of the engine
    running,   // on the processor
    parked,    // with what it waits for, or nowhere if nobody can wake it
    finished,  // with its handle, if that still exists
};

/// What the C++ runtime library keeps per thread about exceptions in flight.
/// Source: Itanium C++ ABI, Exception Handling, section 2.2.2.
struct exception_globals {
    void* caught = nullptr;
    unsigned uncaught = 0;
};

/// A timer that concerns one fiber.
struct fiber_timer : timer {
    fiber* owner = nullptr;
};

/// The control block of a fiber; stands at the top of its own stack.
///
/// Invariants:
/// 1. `state` changes only through move_to(), along the arrows that it allows.
/// 2. `abort` is set exactly while the fiber is parked and its wait may be ended by cancellation.
///    Whoever wakes the fiber clears it, so that a woken fiber can no longer be aborted.
/// 3. `scope` is the innermost scope of the fiber; `credit` is 0 while that scope is cancelled, so
///    that every checkpoint takes the slow path.
struct alignas(64) fiber {
    fiber(scheduler& runs_on, std::uint64_t number, const stack& stands_on,
          std::source_location called_from) noexcept
        : id(number),
          home(&runs_on),
          memory(stands_on),
          spawned_at(called_from),
          root_scope(number) {
        name[0] = '\0';
    }
    fiber(const fiber&) = delete;
    fiber& operator=(const fiber&) = delete;
    ~fiber() = default;

    // What a switch touches comes first.
    void* context = nullptr;  // the engine's saved registers
    exception_globals exceptions;
    int saved_errno = 0;
    int credit = checkpoint_credit;  // checkpoints until the fiber must let others run
    fiber_state state = fiber_state::created;
    wait_reason reason = wait_reason::none;
    bool has_unwinding_limit = false;
    bool shield_expired = false;
    bool on_stack = false;  // started, and its stack not left for good
    bool began = false;     // its function was called
    std::uint64_t id;
    scheduler* home;
    trace::fiber_row* row = nullptr;  // never null once the fiber can wait

    // What a wait touches.
    void (*abort)(fiber& parked) noexcept = nullptr;  // takes the fiber out of its wait
    void* wait_record = nullptr;                      // for `abort`
    const void* wait_object = nullptr;                // for tools
    scope_state* scope = nullptr;
    task_state* task = nullptr;
    std::uint64_t cancelled_by = 0;  // scope id of the last cancellation that reached the fiber

    value_share values;                                // of fiber_local variables
    const std::source_location* no_suspend = nullptr;  // where a no_suspend_guard stands

    fiber* next_alive = nullptr;  // the registry of live fibers
    fiber* previous_alive = nullptr;
    std::uint64_t parent = 0;
    std::uint64_t span = 0;  // the innermost one, see <weft/trace.hpp>
    trace::fiber_kind kind = trace::fiber_kind::ordinary;
    stack memory;
    std::byte* storage = nullptr;  // where the task stands; the frames begin below
    void* sanitizer_fiber = nullptr;
    std::source_location spawned_at;
    std::array<char, 32> name;  // ends with a null
    scope_state root_scope;
    fiber_timer unwinding_timer;
    clock::time_point unwinding_limit{};

    /// Ends the wait of a parked fiber for the sake of a cancellation.
    void end_wait() noexcept {
        const auto how = std::exchange(abort, nullptr);
        how(*this);
    }

    /// After how many checkpoints a fiber that never really blocks lets others run.
    static constexpr int checkpoint_credit = 256;

    /// Changes the state; the only place that does.
    void move_to(fiber_state wanted) noexcept {
        WEFT_DEBUG_ASSERT(allowed(state, wanted));
        state = wanted;
    }

    /// Whether this fiber is parked while an exception unwinds it.
    [[nodiscard]] bool unwinding_while_parked() const noexcept {
        return state == fiber_state::parked && exceptions.uncaught > 0;
    }

private:
    static constexpr bool allowed(fiber_state from, fiber_state to) noexcept {
        switch (to) {
            case fiber_state::created: return false;
            case fiber_state::ready:
                return from != fiber_state::ready && from != fiber_state::finished;
            case fiber_state::running: return from == fiber_state::ready;
            default: return from == fiber_state::running;
        }
    }
};

/// Its name, or "fiber-<id>".
[[nodiscard]] std::string name_of(const fiber& named);

/// The cancelled scope for which a blocking call of `self` may throw; null if there is none.
///
/// That is the outermost one, unless an exception unwinds the fiber: then a destructor runs, and
/// only a cancellation of scopes that it entered itself can be thrown without leaving it.
/// \param uncaught  how many exceptions are in flight in `self`.
[[nodiscard]] const scope_state* cause_within_reach(const fiber& self, int uncaught) noexcept;

/// \throws usage_error  naming `what` unless this thread is that of the fiber's runtime.
void require_thread_of(const fiber& owner, const char* what);

/// Ends the program since `self` would be suspended under a no_suspend_guard.
[[noreturn]] void suspension_forbidden(const fiber& self, const char* what) noexcept;

/// Throws cancelled for a fiber whose wait was aborted. If no cancelled scope is within reach, the
/// fiber has exceeded run_options::unwinding_limit: that is reported first.
[[noreturn]] void raise_cancelled(fiber& self);

/// The running fiber of this thread; the pseudo fiber of the thread's own stack while a runtime
/// starts or ends; null outside runtimes.
///
/// Initial-exec: __tls_get_addr would cost more than the switch itself.
extern constinit thread_local fiber* current_fiber __attribute__((tls_model("initial-exec")));

}  // namespace weft::detail
