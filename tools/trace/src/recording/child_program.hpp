// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "memory/mapped_memory.hpp"
#include "process/memories.hpp"

namespace weft::trace_tool {

/// A program that this process started so that its runtimes record from their first moment on.
///
/// They show themselves in files of a folder that only this process knows, not in memfds: so a
/// program that ends within a moment can still be looked at.
class child_program {
public:
    /// \param events   as WEFT_TRACE names them.
    /// \param blocked  the signals that it has blocked.
    /// \throws cannot_attach  if it cannot be started.
    child_program(const std::vector<std::string>& command, const std::string& events,
                  const sigset_t& blocked);
    ~child_program();

    child_program(const child_program&) = delete;
    child_program& operator=(const child_program&) = delete;

    [[nodiscard]] pid_t process() const noexcept { return process_; }

    /// Passes a signal on.
    void signal(int number) const noexcept { ::kill(process_, number); }

    /// Runtimes that were not there at the last call, of this program and of those it started.
    std::vector<mapped_memory> new_runtimes();

    /// Its exit code as a shell gives it, once it has ended.
    std::optional<int> exit_code();

private:
    void look_for_files();

    std::filesystem::path folder_;
    std::list<descriptor> begun_;  // files of runtimes that are just being made
    pid_t process_ = -1;
    std::optional<int> exit_code_;
};

}  // namespace weft::trace_tool
