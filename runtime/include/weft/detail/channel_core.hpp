// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/ring_buffer.hpp>
#include <weft/detail/wait_queue.hpp>
#include <weft/error.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <utility>

namespace weft {

/// Thrown by a send after the sending side, and by any call after the caller's own end, was
/// closed.
class channel_closed : public usage_error {
public:
    using usage_error::usage_error;
};

/// Thrown by a send that nobody can receive any more.
class channel_broken : public std::runtime_error {
public:
    channel_broken() : std::runtime_error("weft: the channel has no receiver any more") {}
};

/// A channel at one moment.
struct channel_statistics {
    std::size_t size;  ///< values held
    std::size_t capacity;
    std::size_t sending;    ///< fibers that wait to send
    std::size_t receiving;  ///< fibers that wait to receive
    std::size_t senders;    ///< open sending ends
    std::size_t receivers;  ///< open receiving ends
};

namespace detail {

/// What passes the values; channel, sender and receiver are views of it.
///
/// Invariants:
/// 1. Receivers wait only while the buffer is empty and no sender waits; senders only while the
///    buffer is full.
/// 2. A waiting sender's slot is its value, null once that was taken; a receiver's is where the
///    value goes, null once its end was closed.
///
/// The queue decides who may wait: fibers of one runtime, or any caller; then the functions that
/// wait also take the lock that guards the channel.
template <class T, class Queue = wait_queue, class Waiter = waiter>
class channel_core {
public:
    explicit channel_core(std::size_t capacity) : buffer_(capacity) {}

    /// Passes `value` on if that needs no wait; it is untouched if not.
    bool deliver(T& value) {
        require_open_to_senders();
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

    /// Waits for a receiver after deliver() has failed. \param through  the end it came by.
    template <class... Lock>
    void wait_to_send(T& value, const void* through, Lock&... lock) {
        Waiter self;
        self.slot = &value;
        self.through = through;
        senders_.wait(self, wait_reason::channel_send, this, lock...);
        if (self.slot != nullptr) {
            fail_to_send();
        }
    }

    std::optional<T> take() {
        std::optional<T> taken;
        if (!buffer_.empty()) {
            taken.emplace(buffer_.pop());
            if (!senders_.empty()) {
                buffer_.push(take_from_sender());
            }
        } else if (!senders_.empty()) {
            taken.emplace(take_from_sender());
        } else if (receiving_closed_) {
            throw channel_closed("channel: receive after close_receiving()");
        }
        return taken;
    }

    /// Waits for a value after take() has found none; nothing at the end of the channel.
    template <class... Lock>
    std::optional<T> wait_to_receive(const void* through, Lock&... lock) {
        std::optional<T> received;
        Waiter self;
        self.slot = &received;
        self.through = through;
        receivers_.wait(self, wait_reason::channel_receive, this, lock...);
        require_open(self);
        return received;
    }

    void close_sending() noexcept {
        sending_closed_ = true;
        senders_.wake_all();
        receivers_.wake_all();
    }

    void close_receiving() noexcept {
        receiving_closed_ = true;
        while (!buffer_.empty()) {
            buffer_.pop();
        }
        senders_.wake_all();
        while (auto* waiting = receivers_.front()) {
            waiting->slot = nullptr;
            receivers_.wake(*waiting);
        }
    }

    /// The end `through` is closed: who waits by it is woken empty-handed.
    void end_waits(const void* through) noexcept {
        while (auto* waiting = find(senders_, through)) {
            senders_.wake(*waiting);
        }
        while (auto* waiting = find(receivers_, through)) {
            waiting->slot = nullptr;
            receivers_.wake(*waiting);
        }
    }

    [[noreturn]] void fail_to_send() const {
        require_open_to_senders();
        throw channel_closed("channel: the end was closed while a send was waiting");
    }

    /// For a receiver that was woken: throws if its end was closed.
    static void require_open(const Waiter& woken) {
        if (woken.slot == nullptr) {
            throw channel_closed("channel: closed while a receive was waiting");
        }
    }

    /// Whether nothing will come any more but what is held.
    [[nodiscard]] bool at_end() const noexcept { return sending_closed_; }
    [[nodiscard]] std::size_t size() const noexcept { return buffer_.size(); }
    [[nodiscard]] std::size_t capacity() const noexcept { return buffer_.capacity(); }
    [[nodiscard]] Queue& senders() noexcept { return senders_; }
    [[nodiscard]] Queue& receivers() noexcept { return receivers_; }

    [[nodiscard]] channel_statistics statistics() const noexcept {
        return {.size = size(),
                .capacity = capacity(),
                .sending = senders_.size(),
                .receiving = receivers_.size(),
                .senders = sending_closed_ ? 0U : 1U,
                .receivers = receiving_closed_ ? 0U : 1U};
    }

private:
    void require_open_to_senders() const {
        if (sending_closed_) {
            throw channel_closed("channel: send after close");
        }
        if (receiving_closed_) {
            throw channel_broken();
        }
    }

    T take_from_sender() {
        auto* waiting = senders_.front();
        T taken = std::move(*static_cast<T*>(waiting->slot));
        waiting->slot = nullptr;  // tells the sender that its value was taken
        senders_.wake(*waiting);
        return taken;
    }

    static Waiter* find(Queue& line, const void* through) noexcept {
        auto* each = line.front();
        while (each != nullptr && each->through != through) {
            each = each->next;
        }
        return each;
    }

    bool sending_closed_ = false;
    bool receiving_closed_ = false;
    ring_buffer<T> buffer_;
    Queue senders_;
    Queue receivers_;
};

}  // namespace detail
}  // namespace weft
