// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "process/source.hpp"

namespace weft::trace_tool {

/// How a thing that the tool depends on stands.
enum class health { good, limited, bad };

/// What was looked at, what was found, and what to do about it.
struct check {
    std::string subject;
    health state;
    std::string found;
    std::string remedy;  ///< empty if nothing needs to be done
};

/// The machine: whether other processes may be read, and how time is measured.
[[nodiscard]] std::vector<check> check_machine();

/// What can be seen of a process, and what not: its format, lost rows, strings and stacks, whether
/// its memory may be read, which share of its stacks is complete.
[[nodiscard]] std::vector<check> check_source(const source& from);

/// Whether it is the file of a program, or of a library.
[[nodiscard]] bool is_program(const std::string& path);

/// What will be seen of a program that does not run yet: whether weft is in it, names, lines,
/// tables, frame pointers.
///
/// \throws cannot_attach  if it is none for x86-64.
[[nodiscard]] std::vector<check> check_program(const std::string& path);

}  // namespace weft::trace_tool
