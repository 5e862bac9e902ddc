// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/channel_core.hpp>
#include <weft/detail/cross_queue.hpp>

#include <cstddef>
#include <mutex>
#include <optional>

namespace weft::cross_thread {

/// Passes values between fibers of any runtime and threads, in order, each exactly once. See
/// weft::channel.
///
/// Values are moved, and those that nobody received are destroyed, under a lock: their moves and
/// destructors must not block.
/// Threads: any.
template <class T>
class channel {
public:
    /// \param capacity  values held between sender and receiver, 0 or more.
    explicit channel(std::size_t capacity) : core_(capacity) {}

    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel() = default;

    /// Sends `value`.
    ///
    /// Blocks:       the fiber, or the thread, while the channel is full.
    /// Cancellation: of a fiber: throws cancelled; the value was not sent.
    /// \throws channel_closed  after close(), channel_broken  after close_receiving(); also while
    ///         waiting.
    void send(T value) {
        detail::cross_checkpoint();
        std::unique_lock held(guard_);
        if (!core_.deliver(value)) {
            core_.wait_to_send(value, nullptr, held);
        }
    }

    /// Sends if that needs no wait. Returns whether it did; `value` is untouched if not.
    ///
    /// \throws channel_closed, channel_broken  as send().
    [[nodiscard]] bool try_send(T& value) {
        const std::lock_guard held(guard_);
        return core_.deliver(value);
    }

    /// Receives the next value; nothing once the channel is closed and empty.
    ///
    /// Blocks:       the fiber, or the thread, while the channel is open and empty.
    /// Cancellation: of a fiber: throws cancelled; no value is lost.
    /// \throws channel_closed  after close_receiving(), also while waiting.
    [[nodiscard]] std::optional<T> receive() {
        detail::cross_checkpoint();
        std::unique_lock held(guard_);
        std::optional<T> received = core_.take();
        if (!received && !core_.at_end()) {
            received = core_.wait_to_receive(nullptr, held);
        }
        return received;
    }

    /// Receives a value if one is there. Never blocks.
    ///
    /// \throws channel_closed  after close_receiving().
    [[nodiscard]] std::optional<T> try_receive() {
        const std::lock_guard held(guard_);
        return core_.take();
    }

    /// Ends sending: waiting senders fail, receivers get what is left, then nothing. Idempotent,
    /// never blocks.
    void close() noexcept {
        const std::lock_guard held(guard_);
        core_.close_sending();
    }

    /// Ends receiving: what is held is destroyed, every send fails. Idempotent, never blocks.
    void close_receiving() noexcept {
        const std::lock_guard held(guard_);
        core_.close_receiving();
    }

    [[nodiscard]] channel_statistics statistics() const noexcept {
        const std::lock_guard held(guard_);
        return core_.statistics();
    }

private:
    mutable std::mutex guard_;
    detail::channel_core<T, detail::cross_queue, detail::cross_waiter> core_;
};

}  // namespace weft::cross_thread
