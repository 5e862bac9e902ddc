// SPDX-License-Identifier: BSL-1.0

// weft-run: see options.cpp.

#include "options.hpp"
#include "program_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace weft::run_tool {

namespace {

constexpr int refused = 125;
constexpr int not_executable = 126;
constexpr int not_found = 127;

int fail(int status, const std::string& reason) {
    std::fprintf(stderr, "weft-run: %s\n", reason.c_str());
    return status;
}

/// Beside this program, installed or as built.
std::string find_library() {
    if (const char* chosen = std::getenv("WEFT_INTERPOSE_LIBRARY"); chosen != nullptr) {
        return chosen;
    }
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    const auto installed = here / WEFT_LIBRARY_FROM_BIN / "libweft_interpose.so";
    return std::filesystem::exists(installed)
               ? installed.lexically_normal().string()
               : (here / "../net/interpose/libweft_interpose.so").lexically_normal().string();
}

/// The library first, and how it was before for the program to find again.
void set_environment(const std::string& library, const options& chosen) {
    std::string preload = library;
    if (const char* before = std::getenv("LD_PRELOAD"); before != nullptr) {
        preload += std::string(":") + before;
        ::setenv("WEFT_RUN_PRELOAD", before, 1);
    }
    ::setenv("LD_PRELOAD", preload.c_str(), 1);
    ::setenv("WEFT_RUN_STACK", std::to_string(chosen.stack_size).c_str(), 1);
    if (chosen.report) {
        ::setenv("WEFT_RUN_REPORT", "1", 1);
    }
    if (chosen.threads_as_fibers) {
        ::setenv("WEFT_RUN_THREADS", std::to_string(chosen.thread_stack_size).c_str(), 1);
    }
}

int start(const options& chosen) {
    const std::string& name = chosen.command.front();
    const std::string file = find_program(name);
    if (file.empty()) {
        return fail(not_found, name + ": not found");
    }
    if (const std::string reason = why_not_preloadable(file); !reason.empty()) {
        return fail(refused, name + ": " + reason);
    }
    const std::string library = find_library();
    if (::access(library.c_str(), R_OK) != 0) {
        return fail(refused, library + ": " + std::strerror(errno));
    }
    set_environment(library, chosen);
    std::vector<char*> arguments;
    for (const std::string& each : chosen.command) {
        arguments.push_back(const_cast<char*>(each.c_str()));
    }
    arguments.push_back(nullptr);
    ::execv(file.c_str(), arguments.data());
    return fail(not_executable, name + ": " + std::strerror(errno));
}

}  // namespace

}  // namespace weft::run_tool

int main(int count, char** arguments) {
    using namespace weft::run_tool;
    try {
        const options chosen = parse({arguments + 1, arguments + count});
        if (chosen.help) {
            std::fputs(help_text(), stdout);
            return EXIT_SUCCESS;
        }
        return start(chosen);
    } catch (const std::exception& error) {
        return fail(refused, error.what());
    }
}
