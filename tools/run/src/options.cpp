// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <charconv>
#include <string_view>

namespace weft::run_tool {

namespace {

/// A number of bytes, or of KiB, MiB or GiB with K, M or G.
std::size_t size_from(const std::string& option, std::string_view text) {
    constexpr std::size_t smallest = std::size_t{64} << 10;
    constexpr std::size_t largest = std::size_t{64} << 30;
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    const std::size_t position = std::string_view("KMG").find(unit.empty() ? 'x' : unit.front());
    const bool has_unit = unit.size() == 1 && position != std::string_view::npos;
    if (error != std::errc() || (!unit.empty() && !has_unit) || size > largest) {
        throw refusal(option + ": not a size: " + std::string(text));
    }
    size <<= has_unit ? 10 * (position + 1) : 0;
    if (size < smallest || size > largest) {
        throw refusal(option + ": between 64K and 64G, not " + std::string(text));
    }
    return size;
}

}  // namespace

options parse(const std::vector<std::string>& arguments) {
    options chosen;
    auto next = arguments.begin();
    for (; next != arguments.end() && next->starts_with('-'); ++next) {
        if (*next == "--") {
            ++next;
            break;
        }
        if (*next == "--help" || *next == "-h") {
            chosen.help = true;
            return chosen;
        }
        if (*next == "--threads-as-fibers") {
            chosen.threads_as_fibers = true;
        } else if (*next == "--report") {
            chosen.report = true;
        } else if (*next == "--stack" || *next == "--thread-stack") {
            std::size_t& size = *next == "--stack" ? chosen.stack_size : chosen.thread_stack_size;
            const std::string& option = *next;
            if (++next == arguments.end()) {
                throw refusal(option + " needs a size");
            }
            size = size_from(option, *next);
        } else {
            throw refusal("unknown option: " + *next);
        }
    }
    chosen.command.assign(next, arguments.end());
    if (chosen.command.empty()) {
        throw refusal("which program? See weft-run --help");
    }
    return chosen;
}

namespace {

constexpr const char* help = R"(NAME
    weft-run - run an unmodified program as a fiber of weft

SYNOPSIS
    weft-run [OPTION...] PROGRAM [ARGUMENT...]

DESCRIPTION
    Preloads libweft_interpose.so and runs main() of PROGRAM as a fiber: calls of libc
    that block suspend this fiber only. Input, output, signals and the exit status are
    those of PROGRAM. Programs that it starts in turn run as ever.

OPTIONS
    --threads-as-fibers
        Makes fibers of the threads that PROGRAM starts, all on the thread of main(): a
        server with a thread for each connection needs no more than one. They take turns
        where they wait. Variables that the program declares thread_local are shared by all.
    --report
        Says on stderr, when PROGRAM exits, how often fibers called what, what kept other
        fibers from running for 20 ms or more (by function: how often, how long, the stack
        of the worst time), and for each library which of its calls go past the layer.
        A process that is killed or calls _exit() says nothing.
    --stack SIZE
        Address space for the stack of main(), with K, M or G; 8M if not given.
    --thread-stack SIZE
        The same for each thread that is a fiber and did not ask for a size; 256K if not
        given.
    --help
        Prints this.

ENVIRONMENT
    WEFT_INTERPOSE_LIBRARY
        The library to preload, instead of the one installed beside weft-run.
    WEFT_INTERPOSE_REPORT
        "1": as --report; else the file that the report is written to. For programs that are
        linked with the library, too, and for those that PROGRAM starts with it.

EXIT STATUS
    That of PROGRAM; 125 if weft-run refuses, with the reason on stderr; 127 if PROGRAM
    is not found, 126 if it cannot be executed.

LIMITS
    PROGRAM must be dynamically linked and neither setuid nor setgid.
)";

}  // namespace

const char* help_text() noexcept {
    return help;
}

}  // namespace weft::run_tool
