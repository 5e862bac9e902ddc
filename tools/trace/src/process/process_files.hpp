// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::trace_tool {

/// The path of a file that /proc has about a process.
[[nodiscard]] std::string process_path(pid_t process, const std::string& file);

/// The content of a small file of /proc; nothing if it cannot be read.
[[nodiscard]] std::optional<std::string> read_small_file(const std::string& path);

/// Where a symbolic link leads; nothing if it cannot be read.
[[nodiscard]] std::optional<std::string> link_target(const std::string& path);

/// When the process started: clock ticks after boot; 0 if there is no such process.
[[nodiscard]] std::uint64_t start_time(pid_t process);

/// How a process has ended that its parent has not yet taken, as waitpid(2) gives it.
[[nodiscard]] std::optional<int> exit_status(pid_t process);

/// The ids by which the process knows itself: the given one, and one for each namespace in it.
[[nodiscard]] std::vector<std::uint32_t> own_ids(pid_t process);

/// The name of the user that the process belongs to, or the number.
[[nodiscard]] std::string owner_of(pid_t process);

/// All processes.
[[nodiscard]] std::vector<pid_t> all_processes();

/// A whole decimal number that fits; nothing if the text is anything else.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace weft::trace_tool
