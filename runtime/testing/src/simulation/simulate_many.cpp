// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/simulate.hpp>

#include <weft/error.hpp>
#include <weft/trace_events.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>

namespace weft::testing {

namespace {

/// A number from the environment.
///
/// \throws usage_error  naming the variable if it holds something else.
std::optional<std::uint64_t> number_in(const char* variable) {
    const char* found = std::getenv(variable);
    if (found == nullptr || *found == '\0') {
        return {};
    }
    const std::string_view text = found;
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) {
        throw usage_error(std::string(variable) + "=" + found + ": a number is wanted");
    }
    return number;
}

std::string this_program() {
    std::error_code unknown;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", unknown);
    return unknown ? "TEST_PROGRAM" : path.string();
}

std::string replay_command(std::uint64_t seed) {
    std::string command = "WEFT_SIMULATE_SEED=" + std::to_string(seed) + " " + this_program();
    if (const auto* test = ::testing::UnitTest::GetInstance()->current_test_info()) {
        command += std::string(" --gtest_filter=") + test->test_suite_name() + "." + test->name();
    }
    return command;
}

/// Runs the seed once more with all events recorded. Returns the file; empty if there is none.
std::string record(std::uint64_t seed, const simulation_body& body, simulation_options options) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("weft-simulate-" + std::to_string(::getpid()) + "-" + std::to_string(seed));
    options.runtime.trace.enabled = true;
    options.runtime.trace.file = file.string();
    options.runtime.trace.events = trace::all_events;
    (void)simulate(seed, body, options);
    std::error_code missing;
    return std::filesystem::exists(file, missing) ? file.string() : "";
}

/// \param file  what record() has left.
std::string how_to_look(const std::string& file) {
    if (file.empty()) {
        return "";
    }
    return "\nrecorded for weft-trace: " + file + "\n    weft-trace record " + file +
           " -o run.ftr --events all; weft-trace report run.ftr";
}

void replay(std::uint64_t seed, const simulation_body& body, const simulation_options& options) {
    const auto found = simulate(seed, body, options);
    std::cerr << found.trace();
    if (found.failed()) {
        ADD_FAILURE() << "seed " << seed << " fails: " << found.failure;
    }
}

}  // namespace

std::optional<simulation_result> find_failing_seed(std::uint64_t count, const simulation_body& body,
                                                   const simulation_options& options) {
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        if (auto found = simulate(seed, body, options); found.failed()) {
            return found;
        }
    }
    return {};
}

void simulate_many(std::uint64_t count, const simulation_body& body,
                   const simulation_options& options) {
    if (const auto only = number_in("WEFT_SIMULATE_SEED")) {
        replay(*only, body, options);
        return;
    }
    const auto seeds = number_in("WEFT_SIMULATE_COUNT").value_or(count);
    if (const auto found = find_failing_seed(seeds, body, options)) {
        constexpr std::size_t shown = 40;
        ADD_FAILURE() << "seed " << found->seed << " fails: " << found->failure
                      << "\nreplay it with\n    " << replay_command(found->seed)
                      << how_to_look(record(found->seed, body, options))
                      << "\nthe end of its trace:\n"
                      << found->end_of_trace(shown);
    }
}

}  // namespace weft::testing
