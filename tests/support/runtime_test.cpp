// SPDX-License-Identifier: BSL-1.0
#include "support/runtime_test.hpp"

#include "scheduler.hpp"

#include <filesystem>
#include <iterator>

namespace weft::test {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;  // its own
}

std::size_t other_fibers() {
    const detail::fiber& self = *detail::current_fiber;
    std::size_t count = 0;
    for (const auto* each = self.home->alive().first; each != nullptr; each = each->next_alive) {
        count += each != &self && each->state != detail::fiber_state::finished ? 1 : 0;
    }
    return count;
}

runtime_test::runtime_test() : descriptors_before_(open_descriptors()) {
    options.time = time_source::virtual_time;
    options.on_error = [this](const error_report& made) { reports_.push_back(made); };
}

runtime_test::~runtime_test() {
    for (const auto& each : reports_) {
        ADD_FAILURE() << "unexpected report: " << each.message << ": " << describe(each.error);
    }
    EXPECT_EQ(open_descriptors(), descriptors_before_) << "descriptors are left open";
}

runtime_test::leak_check::~leak_check() {
    if (!of_.leftovers_expected && std::uncaught_exceptions() == exceptions_) {
        EXPECT_EQ(other_fibers(), 0U) << "fibers are left running";
    }
}

}  // namespace weft::test
