// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>

#include "engine/engine.hpp"
#include "fiber.hpp"
#include "idle_spin.hpp"
#include "loop_clock.hpp"
#include "reactor/backend.hpp"
#include "stack_pool.hpp"
#include "timer_queue.hpp"
#include "trace/recorder.hpp"
#include "trace/registry.hpp"
#include "turn_pace.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

namespace weft::detail {

class debug_monitor;
class native_engine;
class remote_queue;
class worker_pool;

/// The runtime of one thread: its fibers, their time and their descriptors, on top of an engine.
///
/// Invariants:
/// 1. Everything here happens on one thread, except interrupt() and what remote_queue offers.
/// 2. Every fiber that was created and not recycled is in `alive_`.
/// 3. turn() runs at least every switches_per_turn switches, and before the thread waits.
class scheduler {
public:
    explicit scheduler(run_options chosen);
    ~scheduler();
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    // What fibers need.

    /// \throws usage_error, std::system_error  see create_fiber().
    fiber& create(const spawn_options& chosen, std::size_t storage, std::size_t alignment,
                  std::source_location called_from);
    void start(fiber& created);

    /// Parks the running fiber until make_ready(). With `abort`, cancellation may end the wait.
    void park(fiber& self, wait_reason reason, const void* object,
              void (*abort)(fiber& parked) noexcept, void* record) noexcept;
    void make_ready(fiber& woken) noexcept;
    void yield(fiber& self) noexcept;

    /// A cancellation has reached `target`: ends its wait or spoils its next checkpoint.
    void interrupt(fiber& target) noexcept;

    /// submit() and wait. The result is in the operation; throws cancelled.
    void wait_for(operation& asked, const char* call);
    void wake_operation(operation& done) noexcept;

    // What engines need.

    static constexpr unsigned switches_per_turn = 64;

    /// The body of a started fiber.
    void run_fiber(fiber& self) noexcept;

    /// A finished fiber has left its stack: gives both back, unless its handle still exists.
    void left(fiber& finished) noexcept {
        finished.on_stack = false;
        if (finished.task == nullptr || !finished.task->has_handle) {
            recycle(finished);
        }
    }

    /// Something has happened that only the engine knows of: ends a wait in idle_turn().
    ///
    /// Threads:  any.
    void nudge() noexcept;

    /// Lets time pass and descriptors make progress. Returns after how many switches to call
    /// again.
    unsigned turn() noexcept;

    /// The same when no fiber is ready: waits for something to happen.
    void idle_turn() noexcept;

    // What the rest of the runtime needs.

    /// Gives back a fiber that has left its stack and has no handle.
    void recycle(fiber& gone) noexcept;

    /// Gives back a fiber that was never started.
    void discard(fiber& created) noexcept;

    [[nodiscard]] const run_options& options() const noexcept { return options_; }
    [[nodiscard]] clock::time_point now() const noexcept { return clock_.now(); }
    engine& runs_on() noexcept { return *engine_; }

    /// The time at the last turn: not later than now, and free.
    [[nodiscard]] clock::time_point turn_time() const noexcept { return turn_time_; }
    timer_queue& timers() noexcept { return timers_; }
    backend& reactor() noexcept { return *backend_; }
    fiber& root() noexcept { return root_; }
    fiber_list& alive() noexcept { return alive_; }

    /// Fibers that can run; 0 if only the engine knows.
    [[nodiscard]] std::size_t ready_count() const noexcept;
    recorder& trace() noexcept { return trace_; }
    [[nodiscard]] bool switches_natively() const noexcept { return native_ != nullptr; }
    const stack_pool& stacks() const noexcept { return stacks_; }
    const std::shared_ptr<remote_queue>& remote() noexcept { return remote_; }

    /// The worker pool, made at the first call.
    worker_pool& workers();
    [[nodiscard]] bool has_workers() const noexcept { return workers_ != nullptr; }

    /// The run() of this thread ends: spawn() is refused, leftovers are cancelled and waited for.
    /// Returns false if a second SIGINT ended the wait.
    [[nodiscard]] bool end_fibers();

    /// For the SIGINT handler. Async-signal-safe.
    void count_interrupt() noexcept;

    /// How many SIGINTs have come. The first cancels the main fiber, the second ends the wait of
    /// the root fiber.
    [[nodiscard]] int interrupts() const noexcept { return interrupts_.load(); }
    void set_main(fiber* main) noexcept;

    void report(error_kind kind, const fiber* about, std::string_view message,
                std::exception_ptr error, std::vector<std::string> stack = {}) const noexcept;

    /// Null unless the runtime is in debug mode.
    [[nodiscard]] debug_monitor* debug() noexcept { return debug_.get(); }

private:
    /// engine::make_ready().
    void enqueue(fiber& able) noexcept;

    /// engine::park().
    void switch_away(fiber& self) noexcept;
    void note_never_started(const fiber& self) noexcept;
    void finish(fiber& self) noexcept;
    void limit_unwinding(fiber& target) noexcept;
    void park_without_credit(fiber& self) noexcept;
    void try_again(fiber& self, operation& asked) noexcept;
    [[nodiscard]] bool called_from_outside() const noexcept;
    [[nodiscard]] clock::time_point begin_turn() noexcept;
    std::size_t poll(clock::duration limit, std::size_t ready) noexcept;
    [[nodiscard]] std::size_t armed() const noexcept;
    void look_for_deadlock(std::size_t sources) noexcept;
    [[nodiscard]] bool progressed(clock::time_point time) noexcept;
    void take_remote() noexcept;
    void take_interrupts() noexcept;
    void wait_in_real_time(clock::time_point now) noexcept;
    void wait_in_virtual_time() noexcept;

    run_options options_;
    recorder trace_;
    std::unique_ptr<engine> engine_;
    native_engine* native_ = nullptr;  // engine_, if it is that
    std::unique_ptr<backend> backend_;
    loop_clock clock_;
    timer_queue timers_;
    stack_pool stacks_;
    fiber_list alive_;
    idle_spin spin_;
    fiber root_;
    fiber* main_ = nullptr;
    std::size_t wakes_ = 0;             // how often a fiber was made ready
    std::size_t deadlock_seen_at_ = 0;  // wakes_ at the last report
    std::size_t unfinished_ = 0;
    turn_pace pace_;
    clock::time_point turn_time_{};
    clock::time_point waited_from_{};  // when the last wait in the kernel began
    std::size_t waited_for_ = 0;       // how many operations it finished
    bool ending_ = false;
    wait_queue ended_;  // the root fiber waits here for the last fiber
    std::atomic<bool> nudged_{false};
    std::atomic<int> interrupts_{0};
    int interrupts_taken_ = 0;
    std::shared_ptr<remote_queue> remote_;
    std::unique_ptr<worker_pool> workers_;
    std::unique_ptr<debug_monitor> debug_;
};

}  // namespace weft::detail
