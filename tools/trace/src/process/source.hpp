// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "memory/mapped_memory.hpp"
#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// What the user named as SRC: a process with its runtimes, or what one has left behind.
struct source {
    pid_t process = 0;    ///< 0: it does not run any more, or never ran on this machine
    std::string program;  ///< its name
    std::vector<mapped_memory> memories;  ///< one for each of its runtimes; at least one
    std::vector<std::string> notes;       ///< what about it could not be looked at, and why
};

/// Finds what SRC names: a process id; the name of a program; or a file with the memory of a
/// runtime, which may be one of a program that has died.
///
/// \throws bad_usage      if the name fits several processes.
/// \throws cannot_attach  if there is no such thing, it is not on weft, or access is denied.
[[nodiscard]] source open_source(const std::string& named,
                                 mapped_memory::access access = mapped_memory::access::read);

/// The states of all its runtimes.
[[nodiscard]] std::vector<runtime_state> read_states(const source& from);

/// Every process that can be looked at.
/// \param denied  becomes the number of processes that other users hide.
[[nodiscard]] std::vector<source> all_sources(std::size_t& denied);

}  // namespace weft::trace_tool
