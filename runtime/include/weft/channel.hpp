// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/channel_core.hpp>
#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <optional>

namespace weft {

namespace detail {
struct selectable;
}

/// Passes values from fiber to fiber, in order, each exactly once.
///
/// A full channel holds senders back; capacity 0 makes every send wait for its receiver. Waiting
/// senders and receivers are served first come, first served. One object for both sides; to hand
/// out ends that close by themselves, see channel_ends.hpp.
/// Threads: only on the thread of its runtime; see cross_thread/channel.hpp for the other kind.
template <class T>
class channel {
public:
    /// \param capacity  values held between sender and receiver, 0 or more.
    /// \throws std::invalid_argument  for more than memory can hold, such as a negative number.
    explicit channel(std::size_t capacity) : core_(capacity) {}

    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel() = default;

    /// Sends `value`.
    ///
    /// Blocks:       while the channel is full.
    /// Cancellation: throws cancelled; the value was not sent.
    /// \throws channel_closed  after close(), channel_broken  after close_receiving(); also while
    ///         waiting.
    void send(T value) {
        detail::checkpoint();
        if (!core_.deliver(value)) {
            core_.wait_to_send(value, nullptr);
        }
    }

    /// Sends if that needs no wait. Returns whether it did; `value` is untouched if not.
    ///
    /// \throws channel_closed, channel_broken  as send().
    [[nodiscard]] bool try_send(T& value) { return core_.deliver(value); }

    /// Receives the next value; nothing once the channel is closed and empty.
    ///
    /// Blocks:       while the channel is open and empty.
    /// Cancellation: throws cancelled; no value is lost.
    /// \throws channel_closed  after close_receiving(), also while waiting.
    [[nodiscard]] std::optional<T> receive() {
        detail::checkpoint();
        std::optional<T> received = core_.take();
        if (!received && !core_.at_end()) {
            received = core_.wait_to_receive(nullptr);
        }
        return received;
    }

    /// Receives a value if one is there. Never blocks.
    ///
    /// \throws channel_closed  after close_receiving().
    [[nodiscard]] std::optional<T> try_receive() { return core_.take(); }

    /// Ends sending: waiting senders fail, receivers get what is left, then nothing. Idempotent,
    /// never blocks.
    void close() noexcept { core_.close_sending(); }

    /// Ends receiving: what is held is destroyed, every send fails. Idempotent, never blocks.
    void close_receiving() noexcept { core_.close_receiving(); }

    [[nodiscard]] bool is_closed() const noexcept { return core_.at_end(); }

    /// Values held now.
    [[nodiscard]] std::size_t size() const noexcept { return core_.size(); }

    [[nodiscard]] std::size_t capacity() const noexcept { return core_.capacity(); }

    [[nodiscard]] channel_statistics statistics() const noexcept { return core_.statistics(); }

private:
    friend struct detail::selectable;

    detail::channel_core<T> core_;
};

}  // namespace weft
