// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// The code that is mapped into a process, with what identifies each file.
class module_list {
public:
    explicit module_list(pid_t process) : process_(process) {}

    /// What is mapped now; what was known last if the process is gone.
    const std::vector<module>& now();

private:
    const std::string& build_id(const std::string& path);

    pid_t process_;
    std::vector<module> known_;
    std::map<std::string, std::string> build_ids_;  // by path
};

}  // namespace weft::trace_tool
