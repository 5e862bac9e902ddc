// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/fiber_test.hpp>

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "descriptor_list.hpp"
#include "fiber_dump.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace weft::testing {

namespace {

std::string in_seconds(clock::duration limit) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    return std::to_string(milliseconds / 1000) + "." +
           std::to_string(1000 + milliseconds % 1000).substr(1) + " s";
}

}  // namespace

void fiber_test::TestBody() {
    const auto before = detail::open_descriptors();
    options.on_error = [this](const error_report& made) { reports_.push_back(made); };
    weft::run([this] { supervise(); }, options);
    for (const auto& each : take_reports()) {
        ADD_FAILURE() << "the runtime reported: " << each.message
                      << (each.error != nullptr ? ": " + describe(each.error) : "");
    }
    const auto left_open = detail::opened_since(before, detail::open_descriptors());
    if (!left_open.empty()) {
        ADD_FAILURE() << "descriptors are left open:\n" << left_open;
    }
}

/// Runs the body until its time limit, and looks what it leaves.
void fiber_test::supervise() {
    cancel_scope body;
    const std::uint64_t main_id = this_fiber::id();
    auto limit = spawn(
        [&] {
            this_fiber::sleep_for(time_limit);
            ADD_FAILURE() << "the body took longer than " << in_seconds(time_limit) << ". Fibers:\n"
                          << detail::dump_fibers(std::array{this_fiber::id()});
            body.cancel("the time limit of the test");
        },
        {.name = "time limit"});
    const bool finished = body.run([&] { run_body(body); });
    const auto left = detail::list_fibers(std::array{main_id, limit.id()});
    if (finished && !may_leave_fibers && !left.empty()) {
        ADD_FAILURE() << "fibers are left when the body returns:\n" << left;
    }
}

/// GoogleTest does not know what cancelled is.
void fiber_test::run_body(const cancel_scope& scope) {
    try {
        fiber_body();
    } catch (const cancelled& stray) {
        if (scope.cancel_called()) {
            throw;
        }
        ADD_FAILURE() << "the body was cancelled, and not by its time limit: " << stray.reason();
    }
}

}  // namespace weft::testing
