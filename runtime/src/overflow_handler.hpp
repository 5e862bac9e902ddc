// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <memory>

namespace weft::detail {

/// While one exists on a thread, a fiber of that thread that overflows its stack ends the program
/// with a message that names the fiber. Handles SIGSEGV and SIGBUS on an alternate stack; faults
/// elsewhere go to whoever handled them before.
class overflow_handler {
public:
    overflow_handler();
    overflow_handler(const overflow_handler&) = delete;
    overflow_handler& operator=(const overflow_handler&) = delete;
    ~overflow_handler();

private:
    std::unique_ptr<std::byte[]> alternate_stack_;  // null if the thread has one of its own
};

}  // namespace weft::detail
