// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "memory/mapped_memory.hpp"
#include "stacks/call_stack.hpp"

namespace weft::trace_tool {

/// How long a program has to answer.
inline constexpr std::chrono::milliseconds answer_limit{500};

/// Asks the loop to note the stacks of all fibers that wait, in their rows. Returns whether it did:
/// a loop that hangs, or waits for the kernel, does not. Needs mapped_memory::access::control.
bool ask_for_stacks(const mapped_memory& runtime);

/// Asks a runtime's thread, by a signal, where it is; also one that hangs. Nothing if it does not
/// answer, or handles no such signal. Needs mapped_memory::access::control.
[[nodiscard]] std::optional<trace::stack_snapshot> ask_for_snapshot(const mapped_memory& runtime,
                                                                    pid_t process);

/// The registers in a snapshot.
[[nodiscard]] start_registers registers_of(const trace::stack_snapshot& taken);

}  // namespace weft::trace_tool
