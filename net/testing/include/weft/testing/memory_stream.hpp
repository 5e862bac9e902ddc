// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Connections in memory, without sockets: quick, and readable from both ends.

#include <weft/event.hpp>
#include <weft/net/error.hpp>
#include <weft/net/stream.hpp>
#include <weft/this_fiber.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace weft::testing {

/// What the two ends of a memory stream have in common.
struct memory_options {
    std::size_t capacity = 64 * 1024;  ///< bytes in flight per direction before writers wait
    /// A write returns only when the reader has taken all of it: the two go in step.
    bool lockstep = false;
    /// Bytes that one read hands out at most; 1 tests reassembly.
    std::size_t most_per_read = std::numeric_limits<std::size_t>::max();
};

/// One direction of a stream in memory.
class memory_pipe {
public:
    explicit memory_pipe(memory_options chosen) : options_(chosen) {}

    std::size_t read(std::span<std::byte> into) {
        this_fiber::check_cancelled();
        while (!into.empty() && in_flight() == 0 && !ended_ && !broken_ && !unread_) {
            readable_.wait();
        }
        if (broken_) {
            fail(std::errc::connection_reset, "read");
        }
        if (unread_) {
            fail(std::errc::bad_file_descriptor, "read");
        }
        const auto count = std::min({into.size(), in_flight(), options_.most_per_read});
        std::ranges::copy(std::as_bytes(std::span(bytes_).subspan(begin_, count)), into.begin());
        begin_ += count;
        if (begin_ >= options_.capacity || begin_ == bytes_.size()) {
            bytes_.erase(0, std::exchange(begin_, 0));
        }
        update();
        return count;
    }

    void write(std::span<const std::byte> from) {
        this_fiber::check_cancelled();
        std::size_t written = 0;
        while (written < from.size()) {
            while (in_flight() >= options_.capacity && !broken_ && !unread_) {
                writable_.wait();
            }
            if (broken_ || unread_ || ended_) {
                fail(broken_ ? std::errc::connection_reset : std::errc::broken_pipe, "write",
                     written);
            }
            const auto room = std::min(options_.capacity - in_flight(), from.size() - written);
            const auto piece = from.subspan(written, room);
            bytes_.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            written += room;
            update();
        }
        if (options_.lockstep) {
            wait_until_taken(written);
        }
    }

    /// The writer has finished.
    void end() noexcept {
        ended_ = true;
        update();
    }

    /// The reader has gone; writing fails from now on.
    void abandon() noexcept {
        unread_ = true;
        update();
    }

    /// Both ends fail from now on; what is in flight is lost.
    void reset() noexcept {
        broken_ = true;
        update();
    }

    [[nodiscard]] bool ended() const noexcept { return ended_ || broken_; }
    [[nodiscard]] bool abandoned() const noexcept { return unread_ || broken_; }
    [[nodiscard]] std::size_t in_flight() const noexcept { return bytes_.size() - begin_; }

private:
    // The events show states, not changes: a wait may let other fibers run before it begins.
    void update() noexcept {
        const bool over = ended_ || unread_ || broken_;
        show(readable_, over || in_flight() > 0);
        show(writable_, over || in_flight() < options_.capacity);
        show(taken_, broken_ || unread_ || in_flight() == 0);
    }

    void wait_until_taken(std::size_t written) {
        while (in_flight() > 0 && !broken_ && !unread_) {
            taken_.wait();
        }
        if (in_flight() > 0) {
            fail(broken_ ? std::errc::connection_reset : std::errc::broken_pipe, "write",
                 written - std::min(written, in_flight()));
        }
    }

    static void show(event& shown, bool state) noexcept {
        if (state) {
            shown.set();
        } else {
            shown.clear();
        }
    }

    [[noreturn]] static void fail(std::errc code, const char* what, std::size_t done = 0) {
        throw net::error(std::make_error_code(code), what, done);
    }

    memory_options options_;
    std::string bytes_;
    std::size_t begin_ = 0;  // of what was not read yet
    event readable_;
    event writable_;
    event taken_;  // nothing is in flight
    bool ended_ = false;
    bool unread_ = false;
    bool broken_ = false;
};

/// One end of a connection in memory. Behaves like TCP: a peer that closes lets the other read what
/// was sent before and makes its writing fail.
class memory_stream final : public net::stream {
public:
    memory_stream(std::shared_ptr<memory_pipe> in, std::shared_ptr<memory_pipe> out)
        : in_(std::move(in)), out_(std::move(out)) {}
    ~memory_stream() override { close(); }

    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) override {
        require_open("read");
        return in_->read(into);
    }
    void write_all(std::span<const std::byte> from) override {
        require_open("write");
        ++writes_;
        out_->write(from);
    }
    void shutdown_write() override {
        require_open("shutdown");
        out_->end();
    }
    void close() noexcept override {
        closed_ = true;
        out_->end();
        in_->abandon();
    }

    /// Breaks the connection as a TCP reset does.
    void reset() noexcept {
        in_->reset();
        out_->reset();
    }

    /// Reads until `enough` bytes have come or the stream ends.
    std::string read(std::size_t enough = std::numeric_limits<std::size_t>::max()) {
        std::string text;
        std::array<char, 4'096> piece;
        while (text.size() < enough) {
            const auto wanted = std::min(piece.size(), enough - text.size());
            const auto count = read_some(std::as_writable_bytes(std::span(piece).first(wanted)));
            if (count == 0) {
                break;
            }
            text.append(piece.data(), count);
        }
        return text;
    }

    /// Reads until what came ends with `end`, or the stream ends.
    std::string read_until(std::string_view end) {
        std::string text;
        while (!text.ends_with(end)) {
            const auto byte = read(1);
            if (byte.empty()) {
                break;
            }
            text += byte;
        }
        return text;
    }

    void write(std::string_view text) { write_all(net::bytes_of(text)); }

    /// Whether the other end was closed.
    [[nodiscard]] bool peer_closed() const noexcept { return out_->abandoned(); }
    [[nodiscard]] std::size_t writes() const noexcept { return writes_; }
    [[nodiscard]] std::size_t unread() const noexcept { return in_->in_flight(); }

private:
    void require_open(const char* what) const {
        if (closed_) {
            throw net::error(std::make_error_code(std::errc::bad_file_descriptor), what);
        }
    }

    std::shared_ptr<memory_pipe> in_;
    std::shared_ptr<memory_pipe> out_;
    std::size_t writes_ = 0;
    bool closed_ = false;
};

/// The two ends of a new connection.
struct memory_connection {
    std::unique_ptr<memory_stream> client;
    std::unique_ptr<memory_stream> server;
};

inline memory_connection connect_in_memory(memory_options chosen = {}) {
    auto up = std::make_shared<memory_pipe>(chosen);
    auto down = std::make_shared<memory_pipe>(chosen);
    return {std::make_unique<memory_stream>(down, up), std::make_unique<memory_stream>(up, down)};
}

}  // namespace weft::testing
