// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/timer.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>

#include <string>

namespace weft::testing::detail {

/// Fails the test and cancels its body when it takes too long, or can never go on. Until then it is
/// only a timer, and no fiber that the test could see.
///
/// Lifetime: in the body's fiber, within that of the scope.
class body_guard : private weft::detail::timer {
public:
    /// \param limit    `weft::clock::duration::max()`: there is none.
    /// \param present  points here while this lives.
    body_guard(cancel_scope& body, clock::duration limit, body_guard*& present);
    body_guard(const body_guard&) = delete;
    body_guard& operator=(const body_guard&) = delete;
    ~body_guard();

    /// Between two fibers: fails the test with `why` and every fiber, and cancels the body.
    void end(const std::string& why) noexcept;

private:
    void report(const std::string& why);

    cancel_scope& body_;
    clock::duration limit_;
    body_guard*& present_;
    task<> reporter_;
};

}  // namespace weft::testing::detail
