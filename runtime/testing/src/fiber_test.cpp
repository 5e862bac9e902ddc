// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/fiber_test.hpp>

#include <weft/scope.hpp>
#include <weft/this_fiber.hpp>

#include "body_guard.hpp"
#include "descriptor_list.hpp"
#include "failure.hpp"
#include "fiber_dump.hpp"
#include "others.hpp"

#include <array>
#include <cstdint>

namespace weft::testing {

fiber_test::fiber_test() : descriptors_before_(detail::open_descriptors()) {
    options.on_error = [this](const error_report& made) {
        if (made.kind == error_kind::deadlock && guard_ != nullptr) {
            guard_->end(made.message);
        } else {
            reports_.push_back(made);
        }
    };
}

fiber_test::~fiber_test() {
    for (const auto& each : reports_) {
        detail::fail_test("the runtime reported: " + each.message +
                          (each.error != nullptr ? ": " + describe(each.error) : ""));
    }
    const auto left_open = detail::opened_since(descriptors_before_, detail::open_descriptors());
    if (!left_open.empty()) {
        detail::fail_test("descriptors are left open:\n" + left_open);
    }
}

namespace {

/// Those that need nothing but their turn to end are not left.
void expect_no_fibers() {
    constexpr int most_turns = 1000;
    for (int i = 0; i < most_turns && detail::others_can_run(); ++i) {
        this_fiber::yield();
    }
    const std::uint64_t main_id = this_fiber::id();
    const auto left = detail::list_fibers(std::array{main_id});
    if (!left.empty()) {
        detail::fail_test("fibers are left when the body returns:\n" + left);
    }
}

}  // namespace

/// GoogleTest does not know what cancelled is.
void fiber_test::TestBody() {
    try {
        run_supervised([this] { fiber_body(); });
    } catch (const cancelled& stray) {
        detail::fail_test("the body was cancelled, and not by its time limit: " +
                          std::string(stray.reason()));
    }
}

void fiber_test::run_supervised(const std::function<void()>& body) {
    weft::run([&] { supervise(body); }, options);
}

/// Runs the body until its time limit or a deadlock, and looks what it leaves.
void fiber_test::supervise(const std::function<void()>& body) {
    cancel_scope scope;
    bool finished = false;
    {
        const detail::body_guard guard(scope, time_limit, guard_);
        finished = scope.run(body);
    }
    if (finished && !may_leave_fibers) {
        expect_no_fibers();
    }
}

}  // namespace weft::testing
