// SPDX-License-Identifier: BSL-1.0
#include <weft/run.hpp>

#include <weft/task.hpp>

#include "engine/native_engine.hpp"
#include "fork_guard.hpp"
#include "interrupt_handler.hpp"
#include "overflow_handler.hpp"
#include "remote_queue.hpp"
#include "scheduler.hpp"
#include "worker_pool.hpp"

#include <exception>
#include <memory>
#include <utility>

namespace weft::detail {

namespace {

/// Makes a scheduler the runtime of this thread for a lifetime.
class installed_runtime {
public:
    explicit installed_runtime(const run_options& options)
        : home_(std::make_unique<scheduler>(options,
                                            std::make_unique<native_engine>(options.order_seed))) {
        home_->root().values = current_values();
        current_fiber = &home_->root();
    }
    installed_runtime(const installed_runtime&) = delete;
    installed_runtime& operator=(const installed_runtime&) = delete;

    ~installed_runtime() {
        if (home_ != nullptr) {
            home_->remote()->close();
            current_fiber = nullptr;
        }
    }

    scheduler& home() noexcept { return *home_; }

    /// Fibers still run: they and all they may refer to stay in memory, and never run again.
    void leave_behind() noexcept {
        home_->remote()->close();
        static_cast<void>(home_.release());
        current_fiber = nullptr;
    }

private:
    std::unique_ptr<scheduler> home_;
};

/// Runs main in a fiber and waits for it. Returns false if a second SIGINT ended the wait.
bool wait_for_main(scheduler& home, task_state& main) {
    waiter self;
    main.joiners.wait_until_aborted(self, wait_reason::run, &home);
    home.set_main(nullptr);
    return !self.withdrawn;
}

void join_workers(scheduler& home) {
    if (home.has_workers() && !home.workers().join(home.options().pool_join_limit)) {
        home.report(error_kind::pool_not_joined, nullptr,
                    "worker threads still ran at the end of run() and were left behind", nullptr);
    }
}

/// Ends everything in order. Returns false if a second SIGINT ended the wait.
bool shut_down(scheduler& home) {
    if (!home.end_fibers()) {
        return false;
    }
    join_workers(home);
    return true;
}

}  // namespace

void run_main(run_options options, const std::function<void()>& main,
              std::source_location called_at) {
    if (current_fiber != nullptr) {
        throw usage_error("run: this thread is a runtime already");
    }
    guard_forks();
    const bool handle_interrupt = options.handle_interrupt;
    const std::size_t stack_size = options.main_stack_size;
    installed_runtime runtime(options);
    scheduler& home = runtime.home();
    const overflow_handler on_overflow;
    const interrupt_handler on_interrupt(home, handle_interrupt);

    auto& state = launch(std::cref(main), {.name = "main", .stack_size = stack_size}, nullptr,
                         nullptr, called_at);
    home.set_main(state.owner);
    if (!wait_for_main(home, state) || (state.read = true, !shut_down(home))) {
        runtime.leave_behind();
        throw interrupted();
    }
    const auto outcome = state.outcome;
    const std::exception_ptr error = std::exchange(state.error, nullptr);
    detach_task(state);
    if (outcome == task_outcome::cancelled && home.interrupts() > 0) {
        throw interrupted();
    }
    if (error != nullptr) {
        std::rethrow_exception(error);
    }
}

}  // namespace weft::detail
