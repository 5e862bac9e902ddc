// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/ring_buffer.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/error.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace weft {

/// Passes values from fiber to fiber, in order, each exactly once.
///
/// A full channel holds senders back; capacity 0 makes every send wait for its receiver. Waiting
/// senders and receivers are served first come, first served.
/// Threads: only on the thread of its runtime.
template <class T>
class channel {
public:
    /// \param capacity  values held between sender and receiver, 0 or more.
    explicit channel(std::size_t capacity) : buffer_(capacity) {}

    channel(const channel&) = delete;
    channel& operator=(const channel&) = delete;
    ~channel() = default;

    /// Sends `value`.
    ///
    /// Blocks:       while the channel is full.
    /// Cancellation: throws cancelled; the value was not sent.
    /// \throws usage_error  if the channel is closed, also while waiting.
    void send(T value) {
        detail::checkpoint();
        if (try_deliver(value)) {
            return;
        }
        detail::waiter self;
        self.slot = &value;
        senders_.wait(self, detail::wait_reason::channel_send, this);
        if (self.slot != nullptr) {
            throw usage_error("channel: closed while a send was waiting");
        }
    }

    /// Sends if that needs no wait. Returns whether it did; `value` is untouched if not.
    ///
    /// \throws usage_error  if the channel is closed.
    [[nodiscard]] bool try_send(T& value) { return try_deliver(value); }

    /// Receives the next value; nothing once the channel is closed and empty.
    ///
    /// Blocks:       while the channel is open and empty.
    /// Cancellation: throws cancelled; no value is lost.
    [[nodiscard]] std::optional<T> receive() {
        detail::checkpoint();
        std::optional<T> received = try_receive();
        if (!received && !closed_) {
            detail::waiter self;
            self.slot = &received;
            receivers_.wait(self, detail::wait_reason::channel_receive, this);
        }
        return received;
    }

    /// Receives a value if one is there. Never blocks.
    [[nodiscard]] std::optional<T> try_receive() {
        std::optional<T> received;
        if (!buffer_.empty()) {
            received.emplace(buffer_.pop());
            refill();
        } else if (!senders_.empty()) {
            received.emplace(take_from_sender());
        }
        return received;
    }

    /// Ends sending: waiting senders fail, receivers get what is left, then nothing. Idempotent,
    /// never blocks.
    void close() noexcept {
        closed_ = true;
        senders_.wake_all();
        receivers_.wake_all();
    }

    [[nodiscard]] bool is_closed() const noexcept { return closed_; }

    /// Values held now.
    [[nodiscard]] std::size_t size() const noexcept { return buffer_.size(); }

    [[nodiscard]] std::size_t capacity() const noexcept { return buffer_.capacity(); }

private:
    bool try_deliver(T& value) {
        if (closed_) {
            throw usage_error("channel: send after close");
        }
        if (auto* waiting = receivers_.front()) {
            static_cast<std::optional<T>*>(waiting->slot)->emplace(std::move(value));
            receivers_.wake(*waiting);
            return true;
        }
        if (buffer_.full()) {
            return false;
        }
        buffer_.push(std::move(value));
        return true;
    }

    void refill() {
        if (!senders_.empty()) {
            buffer_.push(take_from_sender());
        }
    }

    T take_from_sender() {
        auto* waiting = senders_.front();
        T taken = std::move(*static_cast<T*>(waiting->slot));
        waiting->slot = nullptr;  // tells the sender that its value was taken
        senders_.wake(*waiting);
        return taken;
    }

    bool closed_ = false;
    detail::ring_buffer<T> buffer_;
    detail::wait_queue senders_;
    detail::wait_queue receivers_;
};

}  // namespace weft
