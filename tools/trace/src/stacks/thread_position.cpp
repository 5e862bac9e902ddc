// SPDX-License-Identifier: BSL-1.0

#include "stacks/thread_position.hpp"

#include <sstream>
#include <vector>

#include "process/process_files.hpp"

namespace weft::trace_tool {

std::optional<thread_position> position_of(pid_t process, pid_t thread, std::string& problem) {
    const std::string path = "task/" + std::to_string(thread) + "/syscall";
    const auto content = read_small_file(process_path(process, path));
    if (!content || content->empty()) {
        problem = "the kernel does not say where the thread is; that needs the right to debug it";
        return std::nullopt;
    }
    if (content->starts_with("running")) {
        problem = "it is on the processor and in no system call";
        return std::nullopt;
    }
    std::istringstream line(*content);
    thread_position found;
    line >> found.system_call;
    std::vector<std::uint64_t> words;
    for (std::string word; line >> word;) {
        words.push_back(std::strtoull(word.c_str(), nullptr, 16));
    }
    if (words.size() < 2) {
        problem = "the kernel's answer about the thread is not understood";
        return std::nullopt;
    }
    found.stack_pointer = words[words.size() - 2];
    found.instruction = words.back();
    return found;
}

}  // namespace weft::trace_tool
