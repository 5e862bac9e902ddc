// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "memory/mapped_memory.hpp"
#include "process/core_file.hpp"
#include "process/process_memory.hpp"
#include "process/recorded_state.hpp"
#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// What the user named as SRC: a process with its runtimes, or what one has left behind.
struct source {
    std::shared_ptr<const core_file> core{};  ///< if that was named
    std::string exe{};                        ///< the program that left the core

    std::shared_ptr<const recorded_state> recording{};  ///< if that was named; without memories

    pid_t process = 0;    ///< 0: it does not run any more, or never ran on this machine
    std::string program;  ///< its name
    std::vector<mapped_memory> memories;  ///< one for each of its runtimes
    std::vector<std::string> notes;       ///< what about it could not be looked at, and why
};

/// Finds what SRC names: a process id; the name of a program; or a file with the memory of a
/// runtime, which may be one of a program that has died.
///
/// \throws bad_usage      if the name fits several processes.
/// \throws cannot_attach  if there is no such thing, it is not on weft, or access is denied.
[[nodiscard]] source open_source(const std::string& named,
                                 mapped_memory::access access = mapped_memory::access::read);

/// What the user chose to look at: SRC, or a core and the program that left it.
struct source_choice {
    std::string named;
    std::string core;
    std::string exe;

    [[nodiscard]] bool empty() const noexcept { return named.empty() && core.empty(); }
};

/// \throws bad_usage, cannot_attach
[[nodiscard]] source open_source(const source_choice& chosen,
                                 mapped_memory::access access = mapped_memory::access::read);

/// The same, or a recording: for who asks no more than what fibers did.
/// \throws bad_usage, cannot_attach, recording_error
[[nodiscard]] source open_state(const source_choice& chosen,
                                mapped_memory::access access = mapped_memory::access::read);

/// What can be read of the memory of what was opened.
/// Lifetime: the source outlives it.
[[nodiscard]] process_memory memory_of(const source& from);

/// The states of all its runtimes.
[[nodiscard]] std::vector<runtime_state> read_states(const source& from);

/// A moment later; of a recording, a while before. What is the same in both was all true at once.
[[nodiscard]] std::vector<runtime_state> read_states_again(const source& from);

/// Every process that can be looked at.
/// \param denied  becomes the number of processes that other users hide.
[[nodiscard]] std::vector<source> all_sources(std::size_t& denied);

}  // namespace weft::trace_tool
