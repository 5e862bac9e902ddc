// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/run.hpp>

#include "interrupt_handler.hpp"
#include "overflow_handler.hpp"

#include <memory>

namespace weft::detail {

class scheduler;

/// Makes the calling thread a runtime for a lifetime.
class installed_runtime {
public:
    /// \param who  for the message
    /// \throws usage_error  if the thread is a runtime already.
    installed_runtime(const char* who, const run_options& options);
    installed_runtime(const installed_runtime&) = delete;
    installed_runtime& operator=(const installed_runtime&) = delete;
    ~installed_runtime();

    [[nodiscard]] scheduler& home() noexcept { return *home_; }

    /// Cancels all fibers and waits for them and for the worker threads. Returns false if a second
    /// SIGINT ended the wait.
    [[nodiscard]] bool shut_down();

    /// Fibers still run: they and all they may refer to stay in memory, and never run again.
    void leave_behind() noexcept;

private:
    overflow_handler on_overflow_;
    std::unique_ptr<scheduler> home_;
    interrupt_handler on_interrupt_;
};

}  // namespace weft::detail
