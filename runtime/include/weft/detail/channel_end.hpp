// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/channel_core.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace weft::detail {

struct selectable;

/// A channel that counts its open ends; it lives as long as one of them.
template <class T>
struct counted_channel {
    explicit counted_channel(std::size_t capacity) : core(capacity) {}

    channel_core<T> core;
    std::size_t senders = 0;
    std::size_t receivers = 0;
};

/// One end of a channel: counts itself among those of its side, and closes the side when it is
/// the last.
///
/// Invariant: an end is counted exactly while it refers to its channel.
template <class T, std::size_t counted_channel<T>::*Count,
          void (channel_core<T>::*CloseSide)() noexcept>
class channel_end {
public:
    /// \throws channel_closed  if `other` is closed.
    channel_end(const channel_end& other) : shared_(other.shared()) { ++((*shared_).*Count); }
    channel_end(channel_end&& other) noexcept : shared_(std::move(other.shared_)) {}
    channel_end& operator=(const channel_end& other) {
        if (this != &other) {
            auto taken = other.shared();
            close();
            shared_ = std::move(taken);
            ++((*shared_).*Count);
        }
        return *this;
    }
    channel_end& operator=(channel_end&& other) noexcept {
        if (this != &other) {
            close();
            shared_ = std::move(other.shared_);
        }
        return *this;
    }

    /// Closes this end. Idempotent, never blocks. Who waits by it gets channel_closed.
    void close() noexcept {
        if (shared_ == nullptr) {
            return;
        }
        const auto last_use = std::exchange(shared_, nullptr);
        last_use->core.end_waits(this);
        if (--((*last_use).*Count) == 0) {
            (last_use->core.*CloseSide)();
        }
    }

    [[nodiscard]] bool is_closed() const noexcept { return shared_ == nullptr; }

    /// \throws channel_closed  if this end is closed.
    [[nodiscard]] channel_statistics statistics() const {
        auto made = core().statistics();
        made.senders = shared_->senders;
        made.receivers = shared_->receivers;
        return made;
    }

protected:
    explicit channel_end(std::shared_ptr<counted_channel<T>> shared) : shared_(std::move(shared)) {
        ++((*shared_).*Count);
    }
    ~channel_end() { close(); }

    /// Kept during a wait, in which the last end may close.
    [[nodiscard]] const std::shared_ptr<counted_channel<T>>& shared() const {
        if (shared_ == nullptr) {
            throw channel_closed("channel: the end is closed");
        }
        return shared_;
    }

    [[nodiscard]] channel_core<T>& core() const { return shared()->core; }

private:
    friend struct selectable;

    std::shared_ptr<counted_channel<T>> shared_;
};

template <class T>
using sending_end = channel_end<T, &counted_channel<T>::senders, &channel_core<T>::close_sending>;
template <class T>
using receiving_end =
    channel_end<T, &counted_channel<T>::receivers, &channel_core<T>::close_receiving>;

}  // namespace weft::detail
