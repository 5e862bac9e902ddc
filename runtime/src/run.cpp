// SPDX-License-Identifier: BSL-1.0
#include <weft/run.hpp>

#include <weft/task.hpp>

#include "installed_runtime.hpp"
#include "scheduler.hpp"

#include <exception>
#include <utility>

namespace weft::detail {

namespace {

/// Runs main in a fiber and waits for it. Returns false if a second SIGINT ended the wait.
bool wait_for_main(scheduler& home, task_state& main) {
    waiter self;
    main.joiners.wait_until_aborted(self, wait_reason::run, &home);
    home.set_main(nullptr);
    return !self.withdrawn;
}

}  // namespace

void run_main(run_options options, const std::function<void()>& main,
              std::source_location called_at) {
    const std::size_t stack_size = options.main_stack_size;
    installed_runtime runtime("run", options);
    scheduler& home = runtime.home();

    auto& state = launch(std::cref(main), {.name = "main", .stack_size = stack_size}, nullptr,
                         nullptr, called_at);
    home.set_main(state.owner);
    if (!wait_for_main(home, state) || (state.read = true, !runtime.shut_down())) {
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
