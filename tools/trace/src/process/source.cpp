// SPDX-License-Identifier: BSL-1.0

#include "process/source.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "error.hpp"
#include "process/memories.hpp"
#include "process/process_files.hpp"
#include "recording/file_reader.hpp"

namespace weft::trace_tool {
namespace {

std::string described(pid_t process) {
    return "process " + std::to_string(process);
}

std::string program_of(const source& found) {
    return found.memories.empty() ? std::string()
                                  : std::string(text_of(found.memories.front().header().program));
}

source make_source(pid_t process, found_memories&& found) {
    source made{.process = process,
                .program = {},
                .memories = std::move(found.memories),
                .notes = std::move(found.refused)};
    made.program = program_of(made);
    return made;
}

[[noreturn]] void refuse_access(pid_t process, int error) {
    const std::string owner = owner_of(process);
    if (error == ENOENT || start_time(process) == 0) {
        throw cannot_attach("there is no " + described(process),
                            "Call `weft-trace ps` to see what can be looked at.");
    }
    throw cannot_attach(described(process) + " belongs to user " + owner +
                            " and hides from you: " + std::strerror(error),
                        "Run weft-trace as that user or as root.");
}

[[noreturn]] void refuse_without_memory(pid_t process, const found_memories& found) {
    if (!found.refused.empty()) {
        throw cannot_attach(described(process) + ": " + found.refused.front(),
                            "If the program runs on another version of weft, use its weft-trace.");
    }
    throw cannot_attach(described(process) + " shows no fibers",
                        "It has no weft::run() at this moment, was started with WEFT_TRACE=off, or "
                        "is not built with weft.");
}

source open_process(pid_t process, mapped_memory::access access) {
    found_memories found = find_memories(process, access);
    if (found.error != 0) {
        refuse_access(process, found.error);
    }
    if (found.memories.empty()) {
        refuse_without_memory(process, found);
    }
    return make_source(process, std::move(found));
}

/// Whether the process that made a memory still runs.
pid_t maker_of(const trace::header& header) {
    const auto process = static_cast<pid_t>(header.process);
    return header.process_started != 0 && start_time(process) == header.process_started ? process
                                                                                        : 0;
}

source open_memory_file(const std::string& path, mapped_memory::access access) {
    const int mode = access == mapped_memory::access::read ? O_RDONLY : O_RDWR;
    const descriptor file(::open(path.c_str(), mode | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) {
        throw cannot_attach(path + ": " + std::strerror(errno), "Name a file that you may read.");
    }
    try {
        source made;
        made.memories.emplace_back(file.get(), access);
        made.process = maker_of(made.memories.front().header());
        made.program = program_of(made);
        return made;
    } catch (const bad_memory& error) {
        throw cannot_attach(path + ": " + error.what(),
                            is_recording(path)
                                ? "It is a recording. This command looks at programs; others take "
                                  "recordings: ps, tree, stack, locks, deadlock, report."
                                : "Name a file that was written with WEFT_TRACE=file:PATH.");
    }
}

source open_program(const std::string& name, mapped_memory::access access) {
    std::vector<pid_t> found;
    for (const pid_t process : all_processes()) {
        const auto command = read_small_file(process_path(process, "comm")).value_or("");
        const auto file = link_target(process_path(process, "exe")).value_or("");
        if (command != name + "\n" && !file.ends_with("/" + name)) {
            continue;
        }
        if (!find_memories(process).memories.empty()) {
            found.push_back(process);
        }
    }
    if (found.empty()) {
        throw cannot_attach("no process named " + name + " shows its fibers",
                            "Call `weft-trace ps` to see what can be looked at.");
    }
    if (found.size() > 1) {
        std::string ids;
        for (const pid_t process : found) {
            ids += ' ' + std::to_string(process);
        }
        throw bad_usage("several processes are named " + name + "; name one of" + ids);
    }
    return open_process(found.front(), access);
}

source open_core(const std::string& core, const std::string& exe) {
    source made;
    made.core = std::make_shared<core_file>(core);
    made.exe = exe;
    made.memories = made.core->memories();
    if (made.memories.empty()) {
        throw cannot_attach(core + " shows no fibers",
                            "The program had no weft::run() then, or its coredump_filter left out "
                            "anonymous shared memory (bit 1).");
    }
    made.program = program_of(made);
    return made;
}

}  // namespace

source open_source(const std::string& named, mapped_memory::access access) {
    if (const auto id = parse_number(named)) {
        return open_process(static_cast<pid_t>(*id), access);
    }
    if (named.find('/') != std::string::npos || ::access(named.c_str(), F_OK) == 0) {
        return open_memory_file(named, access);
    }
    return open_program(named, access);
}

source open_source(const source_choice& chosen, mapped_memory::access access) {
    if (chosen.core.empty() && chosen.named.empty()) {
        throw bad_usage("name what to look at: SRC, or --core CORE --exe PROGRAM");
    }
    if (!chosen.core.empty() && (!chosen.named.empty() || chosen.exe.empty())) {
        throw bad_usage("--core goes with --exe, and without SRC");
    }
    return chosen.core.empty() ? open_source(chosen.named, access)
                               : open_core(chosen.core, chosen.exe);
}

source open_state(const source_choice& chosen, mapped_memory::access access) {
    if (!chosen.core.empty() || parse_number(chosen.named) || !is_recording(chosen.named)) {
        return open_source(chosen, access);
    }
    auto recorded = std::make_shared<recorded_state>(read_recorded_state(chosen.named));
    source made;
    made.program = text_of(recorded->end.header.program);
    made.notes.push_back(recorded->note);
    made.recording = std::move(recorded);
    return made;
}

process_memory memory_of(const source& from) {
    return from.core != nullptr ? process_memory(*from.core, from.exe)
                                : process_memory(from.process);
}

std::vector<runtime_state> read_states(const source& from) {
    if (from.recording != nullptr) {
        return {from.recording->end};
    }
    std::vector<runtime_state> states;
    for (const mapped_memory& each : from.memories) {
        states.push_back(read_state(each, from.process != 0));
    }
    return states;
}

std::vector<runtime_state> read_states_again(const source& from) {
    return from.recording != nullptr ? std::vector{from.recording->before} : read_states(from);
}

std::vector<source> all_sources(std::size_t& denied) {
    std::vector<source> sources;
    denied = 0;
    for (const pid_t process : all_processes()) {
        found_memories found = find_memories(process);
        denied += found.error == EACCES ? 1U : 0U;
        if (!found.memories.empty()) {
            sources.push_back(make_source(process, std::move(found)));
        }
    }
    return sources;
}

}  // namespace weft::trace_tool
