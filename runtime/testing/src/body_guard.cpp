// SPDX-License-Identifier: BSL-1.0
#include "body_guard.hpp"

#include <weft/this_fiber.hpp>

#include "failure.hpp"
#include "fiber.hpp"
#include "fiber_dump.hpp"
#include "scheduler.hpp"

#include <array>
#include <chrono>
#include <exception>

namespace weft::testing::detail {

namespace {

using weft::detail::current_fiber;

std::string in_seconds(clock::duration limit) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
    return std::to_string(milliseconds / 1000) + "." +
           std::to_string(1000 + milliseconds % 1000).substr(1) + " s";
}

}  // namespace

body_guard::body_guard(cancel_scope& body, clock::duration limit, body_guard*& present)
    : body_(body), limit_(limit), present_(present) {
    expired = [](weft::detail::timer& due) noexcept {
        auto& self = static_cast<body_guard&>(due);
        self.end("the body took longer than " + in_seconds(self.limit_));
    };
    if (limit != clock::duration::max()) {
        current_fiber->home->timers().arm(*this, deadline_after(limit));
    }
    present_ = this;
}

body_guard::~body_guard() {
    present_ = nullptr;
    current_fiber->home->timers().disarm(*this);
    if (reporter_.valid()) {
        shield_for(std::chrono::hours(1), [this] { reporter_.join(); });
    }
}

/// Nobody's stack can be shown from here: that takes another fiber.
void body_guard::end(const std::string& why) noexcept {
    if (reporter_.valid()) {  // even what the cancelled body does does not end
        fail_test(why);
        return;
    }
    try {
        reporter_ = spawn([this, why] { report(why); }, {.name = "guard of the test"});
        current_fiber->home->nudge();          // the loop may be about to wait
    } catch (const std::exception& refused) {  // there are too many fibers, or no memory
        fail_test(why + ", and its fibers cannot be shown: " + refused.what());
        body_.cancel(why);
    }
}

void body_guard::report(const std::string& why) {
    fail_test(why + ". Fibers:\n" + dump_fibers(std::array{this_fiber::id()}));
    body_.cancel(why);
}

}  // namespace weft::testing::detail
