// SPDX-License-Identifier: BSL-1.0
//
// The same seed gives the same events in every process, wherever its memory lies.
#include <weft/testing/simulate.hpp>

#include "support/child_process.hpp"

#include <gtest/gtest.h>
#include <sys/personality.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace weft::testing {
namespace {

struct printed {
    std::string trace;
    std::string place;  // of its code in memory
};

printed run_of(const std::string& scenario) {
    test::child_process program({WEFT_SIMULATED_TRACE, scenario});
    EXPECT_EQ(program.wait(), 0) << program.errors();
    return {program.output(), program.errors()};
}

/// Debuggers and ThreadSanitizer switch it off.
bool addresses_are_random() {
    std::ifstream setting("/proc/sys/kernel/randomize_va_space");
    int value = 0;
    setting >> value;
    return value > 0 && (::personality(0xffff'ffff) & ADDR_NO_RANDOMIZE) == 0;
}

/// The part of one seed, without its first line.
std::string trace_of(int seed, const std::string& all) {
    const auto first = all.find('\n', all.find("seed " + std::to_string(seed) + '\n'));
    return all.substr(first, all.find("seed " + std::to_string(seed + 1) + '\n') - first);
}

void expect_the_same_in_two_processes(const std::string& scenario) {
    const auto first = run_of(scenario);
    const auto second = run_of(scenario);
    EXPECT_GT(trace_of(1, first.trace).size(), 1'000U);
    EXPECT_TRUE(first.trace == second.trace) << first.trace << "or\n" << second.trace;
    EXPECT_TRUE(first.place != second.place || !addresses_are_random());
    EXPECT_TRUE(trace_of(1, first.trace) != trace_of(2, first.trace));
}

TEST(SimulatedTrace, IsTheSameInEveryProcess) {
    expect_the_same_in_two_processes("network");
}

TEST(SimulatedTrace, IsTheSameInEveryProcessOverHttp) {
    expect_the_same_in_two_processes("http");
}

TEST(SimulatedTrace, IsTheSameInEveryProcessOverTls) {
    expect_the_same_in_two_processes("tls");
}

/// FNV-1a.
std::uint64_t digest(const std::string& text) {
    std::uint64_t mixed = 0xcbf2'9ce4'8422'2325;
    for (const char each : text) {
        mixed = (mixed ^ static_cast<unsigned char>(each)) * 0x100'0000'01b3;
    }
    return mixed;
}

void expect_digest(std::uint64_t known, const std::string& trace) {
    const auto found = digest(trace);
    EXPECT_TRUE(found == known) << "0x" << std::hex << found << " of\n" << trace;
}

std::string without_sizes(const std::string& trace) {
    std::istringstream lines(trace);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        const auto last = line.rfind(' ');
        for (const std::string_view moved : {" sends", " arrived", " receives"}) {
            if (std::string_view(line).substr(0, last).ends_with(moved)) {
                line.resize(last);
            }
        }
        kept += line + '\n';
    }
    return kept;
}

// On every machine, since these numbers were computed on another one. Whoever changes what the
// runtime, the network or the simulation do one after the other changes them, too.
TEST(SimulatedTrace, IsTheSameOnEveryMachine) {
    expect_digest(0x5b2e'4de4'1d58'21d0, run_of("network").trace);
}

TEST(SimulatedTrace, IsTheSameOnEveryMachineOverHttp) {
    expect_digest(0x5bfc'ca9d'4ce5'a81a, run_of("http").trace);
}

// How long the messages of TLS are is a matter of OpenSSL's version, and in which pieces and when
// they arrive follows from it. Which come, in which order, is not: so without sizes, on a network
// that tears nothing. These are the numbers of OpenSSL 3.0 and 3.5.
TEST(SimulatedTrace, IsTheSameOnEveryMachineOverTlsButForSizes) {
    expect_digest(0x537'0748'7091'c945, without_sizes(run_of("calm-tls").trace));
}

}  // namespace
}  // namespace weft::testing
