// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "reactor/backend.hpp"
#include "scheduler_inline.hpp"

#include "support/runtime_test.hpp"

#include <array>
#include <cstddef>
#include <memory>

namespace weft::test {

/// An operation of a backend without a loop around it, and its owner: a fiber that does what
/// weft::io does, and waits for nothing else.
class held_operation {
public:
    held_operation(detail::backend& holder, detail::operation::kind asked, int fd)
        : holder_(holder), asked_{.asked = asked, .fd = fd} {
        asked_.bytes = buffer_.data();
        asked_.size = buffer_.size();
        owner_ = spawn([this] { wait(*detail::current_fiber); });
        this_fiber::yield();
    }
    held_operation(const held_operation&) = delete;
    held_operation& operator=(const held_operation&) = delete;

    /// Wakes the owner if the backend never had to, so that it ends.
    ~held_operation() {
        let_owner_run();
        if (asked_.owner->state == detail::fiber_state::parked) {
            asked_.owner->home->make_ready(*asked_.owner);
        }
        owner_.join();
    }

    detail::operation& operator*() noexcept { return asked_; }
    detail::operation* operator->() noexcept { return &asked_; }

    /// Lets the owner run. How often it was woken.
    [[nodiscard]] int woken() {
        let_owner_run();
        return woken_;
    }

private:
    // Twice: the owner may have become ready behind the caller's turn.
    static void let_owner_run() {
        this_fiber::yield();
        this_fiber::yield();
    }

    void wait(detail::fiber& self) {
        asked_.owner = &self;
        do {
            self.home->park(self, detail::wait_reason::other, nullptr, nullptr, nullptr);
            ++woken_;
        } while (!asked_.finished && asked_.owner_tries && !finishes_now());
    }

    bool finishes_now() {
        holder_.resume(asked_);
        return asked_.finished;
    }

    detail::backend& holder_;
    std::array<std::byte, 64> buffer_{};
    detail::operation asked_;
    int woken_ = 0;
    task<> owner_;
};

/// Tests of the epoll backend below weft::io.
class epoll_backend_test : public runtime_test {
protected:
    std::unique_ptr<detail::backend> tested = detail::make_epoll_backend();
};

}  // namespace weft::test
