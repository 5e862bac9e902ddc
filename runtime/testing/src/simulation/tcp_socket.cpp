// SPDX-License-Identifier: BSL-1.0
//
// Connections once they exist; tcp_connect.cpp has how they begin.
#include "simulation/tcp_socket.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace weft::testing::detail {

namespace {

constexpr auto first_pause = std::chrono::milliseconds(200);
constexpr auto longest_pause = std::chrono::seconds(120);

/// How long Linux repeats bytes that nobody confirms: tcp_retries2, 15 times.
constexpr auto patience = std::chrono::seconds(924);

}  // namespace

int tcp_socket::take_error() noexcept {
    return std::exchange(error_, 0);
}

ssize_t tcp_socket::receive(std::span<std::byte> into, place*, bool*) {
    if (unread() > 0) {
        auto count = std::min(into.size(), unread());
        if (count > 1 && net.chances.chance(net.conditions.short_read)) {
            count = net.chances.between(1, count);
        }
        std::memcpy(into.data(), received_.data() + read_, count);
        read_ += count;
        if (read_ == received_.size()) {
            received_.clear();
            read_ = 0;
        }
        net.note("receives", number, count);
        if (const auto writer = other_.lock()) {
            writer->changed();
        }
        return static_cast<ssize_t>(count);
    }
    if (error_ != 0) {
        net.note("receives an error", number, static_cast<std::uint64_t>(error_));
        return -take_error();
    }
    if (ended_ || state_ == state::failed) {
        return 0;
    }
    return state_ == state::connected ? -EAGAIN : -ENOTCONN;
}

/// How much may be under way to the other end.
std::size_t tcp_socket::room() const noexcept {
    const auto reader = other_.lock();
    if (reader == nullptr || reader->closed_) {
        return link_->capacity();
    }
    const auto held = reader->coming_bytes_ + reader->unread();
    return held < link_->capacity() ? link_->capacity() - held : 0;
}

ssize_t tcp_socket::send(std::span<const std::byte> from, const place*) {
    if (error_ != 0) {
        return -take_error();
    }
    if (silent_ || state_ == state::failed) {
        return -EPIPE;
    }
    if (state_ != state::connected) {
        return state_ == state::connecting ? -EAGAIN : -ENOTCONN;
    }
    auto count = std::min(from.size(), room());
    if (count == 0) {
        return from.empty() ? 0 : -EAGAIN;
    }
    if (count > 1 && net.chances.chance(net.conditions.short_write)) {
        count = net.chances.between(1, count);
    }
    net.note("sends", number, count);
    send_segment({reinterpret_cast<const char*>(from.data()), count});
    if (link_->carry(count) && link_->resets()) {
        break_link();
    }
    return static_cast<ssize_t>(count);
}

void tcp_socket::send_segment(std::string bytes) {
    const auto reader = other_.lock();
    const auto flight = link_->delay(net.chances) + link_->duration_of(bytes.size());
    if (reader != nullptr) {
        const auto due = std::max(net.now() + flight, reader->last_due_);
        reader->expect({due, std::move(bytes)});
    } else if (!bytes.empty()) {
        tell_of_reset();  // nobody is there any more
    }
}

/// The peer's answer to what should not have come: this end hears it a round trip later.
void tcp_socket::tell_of_reset() {
    net.after(2 * link_->delay(net.chances), [end = self()] {
        if (!end->net.broken.separates(end->local, end->remote)) {
            end->fail(ECONNRESET);
        }
    });
}

void tcp_socket::break_link() {
    net.note("is reset by the network", number);
    net.after(link_->delay(net.chances), [end = self()] { end->reset(); });
}

void tcp_socket::expect(segment coming) {
    last_due_ = coming.due;
    coming_bytes_ += coming.bytes.size();
    coming_.push_back(std::move(coming));
    if (!std::exchange(arriving_, true)) {
        net.after(last_due_ - net.now(), [end = self()] { end->arrive(); });
    }
}

/// Whether nothing passes now: then it is tried again later, and given up in the end.
bool tcp_socket::held_up() {
    if (!link_->silent() && !net.broken.separates(local, remote)) {
        held_since_ = never;
        return false;
    }
    if (held_since_ == never) {
        held_since_ = net.now();
        pause_ = first_pause;
    }
    if (net.now() - held_since_ > patience) {
        arriving_ = false;
        coming_.clear();
        coming_bytes_ = 0;
        if (const auto sender = other_.lock()) {
            sender->fail(ETIMEDOUT);
        }
        return true;
    }
    net.after(pause_, [end = self()] { end->arrive(); });
    pause_ = std::min<clock::duration>(2 * pause_, longest_pause);
    return true;
}

void tcp_socket::take(segment& arrived) {
    if (arrived.bytes.empty()) {
        ended_ = true;
        net.note("arrived: the end", number);
        return;
    }
    net.note("arrived", number, arrived.bytes.size());
    coming_bytes_ -= arrived.bytes.size();
    if (closed_) {
        if (const auto sender = other_.lock()) {
            sender->tell_of_reset();
        }
        return;
    }
    received_.erase(0, std::exchange(read_, 0));
    received_ += arrived.bytes;
}

void tcp_socket::arrive() {
    if (coming_.empty() || held_up()) {
        arriving_ = !coming_.empty();
        return;
    }
    while (!coming_.empty() && coming_.front().due <= net.now()) {
        take(coming_.front());
        coming_.pop_front();
    }
    arriving_ = !coming_.empty();
    if (arriving_) {
        net.after(coming_.front().due - net.now(), [end = self()] { end->arrive(); });
    }
    changed();
    if (const auto writer = other_.lock(); writer != nullptr && closed_) {
        writer->changed();
    }
}

int tcp_socket::shutdown_write() {
    if (state_ != state::connected) {
        return -ENOTCONN;
    }
    if (!std::exchange(silent_, true)) {
        net.note("sends the end", number);
        send_segment({});
    }
    return 0;
}

bool tcp_socket::readable() const noexcept {
    return unread() > 0 || ended_ || error_ != 0 || state_ == state::failed;
}

bool tcp_socket::writable() const noexcept {
    return state_ != state::connecting &&
           (state_ != state::connected || error_ != 0 || silent_ || room() > 0);
}

void tcp_socket::fail(int error) {
    if (closed_ || state_ == state::failed) {
        return;
    }
    net.note("fails", number, static_cast<std::uint64_t>(error));
    state_ = state::failed;
    error_ = error;
    coming_.clear();
    coming_bytes_ = 0;
    changed();
}

void tcp_socket::reset() {
    const auto peer = other_.lock();
    fail(ECONNRESET);
    if (peer != nullptr) {
        peer->fail(ECONNRESET);
    }
}

void tcp_socket::close() noexcept {
    const bool loses = unread() > 0 || close_resets;
    if (state_ == state::connected && loses) {
        if (const auto peer = other_.lock()) {  // as Linux does when bytes are left unread
            net.after(link_->delay(net.chances), [peer] { peer->fail(ECONNRESET); });
        }
    } else if (state_ == state::connected) {
        (void)shutdown_write();
    }
    closed_ = true;
    state_ = state::failed;
    received_.clear();
    read_ = 0;
    if (const auto writer = other_.lock()) {
        writer->changed();
    }
}

}  // namespace weft::testing::detail
