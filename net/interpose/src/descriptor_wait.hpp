// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include "signal_waits.hpp"

#include <cstdint>

namespace weft::interpose {

enum class direction : std::uint8_t { reading, writing };

/// The wait of one call for one descriptor, as the caller has configured it: O_NONBLOCK and
/// SO_RCVTIMEO or SO_SNDTIMEO are asked of the kernel when a call would block, and only then, so
/// that whoever changes them, in whatever way, is heeded.
class descriptor_wait {
public:
    descriptor_wait(int fd, direction wanted) noexcept;

    /// Whether a blocking call on the descriptor would wait at all.
    [[nodiscard]] bool allowed() const noexcept { return blocking_; }

    /// When the time limit of the socket passes; `never` if it has none.
    [[nodiscard]] clock::time_point deadline() const noexcept { return deadline_; }

    /// What a handler with SA_RESTART does to a wait until then: one with a time limit ends.
    [[nodiscard]] static after_handler when_interrupted(clock::time_point deadline) noexcept {
        return deadline == never ? after_handler::goes_on : after_handler::ends;
    }
    [[nodiscard]] after_handler when_interrupted() const noexcept {
        return when_interrupted(deadline_);
    }

    /// Suspends the fiber until the descriptor is ready. False: the socket's time limit, which
    /// counts from the construction, has passed.
    ///
    /// \param moved_some  what the call has moved is its result when any handler runs.
    /// Cancellation: throws cancelled. \throws io_error  (EBADF)  if it was closed meanwhile.
    /// \throws interrupted_by_handler
    [[nodiscard]] bool until_ready(bool moved_some = false);

    /// After a wait to write: the error that has arrived at the socket meanwhile, 0 if none. A
    /// blocking call gives it, where a new one would look at the peer's end first.
    [[nodiscard]] int arrived_error() const noexcept;

    /// Whether the descriptor says that it is ready and then is not, again and again: what it
    /// waits for cannot be polled, and only the real call, on another thread, can wait for it.
    [[nodiscard]] bool futile() const noexcept { return at_once_ > 3; }

private:
    void wait_until_ready(after_handler then) const;
    [[nodiscard]] bool wait_until_deadline(after_handler then) const;
    void wait() const;

    int fd_;
    direction wanted_;
    bool blocking_;
    bool waited_ = false;
    int at_once_ = 0;  // how often in a row there was nothing to wait for
    clock::time_point deadline_ = never;
};

}  // namespace weft::interpose
