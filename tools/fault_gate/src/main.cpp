// SPDX-License-Identifier: BSL-1.0

// weft-fault-gate: see options.cpp.

#include "options.hpp"

#include <weft/error.hpp>
#include <weft/io.hpp>
#include <weft/run.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

namespace weft::gate_tool {

namespace {

constexpr std::size_t longest_line = 4'096;

void say(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

std::string status(const testing::fault_gate& gate) {
    return "ok: " + std::to_string(gate.open_connections()) + " open, " +
           std::to_string(gate.accepted()) + " accepted, " + std::to_string(gate.passed()) +
           " bytes passed";
}

std::string obey(std::string_view command, testing::fault_gate& gate,
                 testing::gate_faults& faults) {
    if (command == "status") {
        return status(gate);
    }
    if (is_cut(command)) {
        gate.close_connections(command != "cut");
        return "ok";
    }
    try {
        auto changed = faults;
        amend(command, changed);
        gate.set(changed);
        faults = changed;
        return "ok";
    } catch (const std::exception& failed) {
        return std::string("error: ") + failed.what();
    }
}

/// Obeys the lines of stdin until its end.
void listen_to_stdin(testing::fault_gate& gate, testing::gate_faults faults) {
    std::string pending;
    std::array<std::byte, 512> block{};
    while (const auto count = io::read(STDIN_FILENO, block)) {
        pending.append(reinterpret_cast<const char*>(block.data()), count);
        for (auto end = pending.find('\n'); end != pending.npos; end = pending.find('\n')) {
            say(obey(pending.substr(0, end), gate, faults));
            pending.erase(0, end + 1);
        }
        if (pending.size() > longest_line) {
            throw refusal("a line of stdin is longer than 4096 bytes");
        }
    }
}

int work(const options& chosen) {
    run([&] {
        testing::fault_gate gate(chosen.server, {.listen = chosen.listen});
        gate.set(chosen.faults);
        say("listening on " + gate.address().to_string());
        listen_to_stdin(gate, chosen.faults);
    });
    return EXIT_SUCCESS;
}

}  // namespace

}  // namespace weft::gate_tool

int main(int count, char** arguments) {
    using namespace weft::gate_tool;
    constexpr int wrong_option = 2;
    options chosen;
    try {
        chosen = parse({arguments + 1, arguments + count});
    } catch (const refusal& error) {
        std::fprintf(stderr, "weft-fault-gate: %s\n", error.what());
        return wrong_option;
    }
    if (chosen.help) {
        std::fputs(help_text(), stdout);
        return EXIT_SUCCESS;
    }
    try {
        return work(chosen);
    } catch (const weft::interrupted&) {
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "weft-fault-gate: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
