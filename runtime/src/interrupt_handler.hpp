// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <csignal>

namespace weft::detail {

class scheduler;

/// Tells a scheduler of SIGINT for a lifetime, if this is the main thread and nobody else handles
/// the signal. Restores the disposition afterwards.
class interrupt_handler {
public:
    interrupt_handler(scheduler& told, bool wanted) noexcept;
    interrupt_handler(const interrupt_handler&) = delete;
    interrupt_handler& operator=(const interrupt_handler&) = delete;
    ~interrupt_handler();

private:
    bool installed_ = false;
    struct sigaction before_ {};
};

/// In the child of a fork: SIGINT is as before the parent's run().
void forget_interrupts() noexcept;

}  // namespace weft::detail
