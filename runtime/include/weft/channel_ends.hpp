// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// A channel by its ends: each can be copied and given away, and a side is closed with its last
/// end. So receivers learn that no sender is left, and senders that no receiver is.

#include <weft/detail/channel_core.hpp>
#include <weft/detail/channel_end.hpp>
#include <weft/detail/wait_queue.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace weft {

template <class T>
class sender;
template <class T>
class receiver;

/// A new channel that holds `capacity` values, 0 or more.
template <class T>
[[nodiscard]] std::pair<sender<T>, receiver<T>> make_channel(std::size_t capacity);

/// An end of a channel to send into. A copy is one more end; each closes for itself, at the latest
/// when it is destroyed.
///
/// Threads:  only on the thread of its runtime.
/// Lifetime: outlives the calls on it; close() ends them.
template <class T>
class sender : public detail::sending_end<T> {
public:
    /// Sends `value`.
    ///
    /// Blocks:       while the channel is full.
    /// Cancellation: throws cancelled; the value was not sent.
    /// \throws channel_broken  if no receiver is left, channel_closed  if this end is closed; also
    ///         while waiting.
    void send(T value) {
        detail::checkpoint();
        if (!try_send(value)) {
            const auto kept = this->shared();
            kept->core.wait_to_send(value, this);
        }
    }

    /// Sends if that needs no wait. Returns whether it did; `value` is untouched if not.
    ///
    /// \throws channel_broken, channel_closed  as send().
    [[nodiscard]] bool try_send(T& value) { return this->core().deliver(value); }

private:
    friend std::pair<sender<T>, receiver<T>> make_channel<T>(std::size_t capacity);
    explicit sender(std::shared_ptr<detail::counted_channel<T>> shared)
        : detail::sending_end<T>(std::move(shared)) {}
};

/// An end of a channel to receive from. A copy is one more end: each value goes to one of them.
/// The last end that closes destroys what the channel still holds.
///
/// Threads:  only on the thread of its runtime.
/// Lifetime: outlives the calls on it; close() ends them.
template <class T>
class receiver : public detail::receiving_end<T> {
public:
    /// Receives the next value; nothing once no sender is left and the channel is empty.
    ///
    /// Blocks:       while the channel is empty and has a sender.
    /// Cancellation: throws cancelled; no value is lost.
    /// \throws channel_closed  if this end is closed, also while waiting.
    [[nodiscard]] std::optional<T> receive() {
        detail::checkpoint();
        std::optional<T> received = try_receive();
        if (!received && !this->core().at_end()) {
            const auto kept = this->shared();
            received = kept->core.wait_to_receive(this);
        }
        return received;
    }

    /// Receives a value if one is there. Never blocks.
    ///
    /// \throws channel_closed  if this end is closed.
    [[nodiscard]] std::optional<T> try_receive() { return this->core().take(); }

private:
    friend std::pair<sender<T>, receiver<T>> make_channel<T>(std::size_t capacity);
    explicit receiver(std::shared_ptr<detail::counted_channel<T>> shared)
        : detail::receiving_end<T>(std::move(shared)) {}
};

template <class T>
std::pair<sender<T>, receiver<T>> make_channel(std::size_t capacity) {
    const auto made = std::make_shared<detail::counted_channel<T>>(capacity);
    return {sender<T>(made), receiver<T>(made)};
}

}  // namespace weft
