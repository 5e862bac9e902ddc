// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/detail/byte_buffer.hpp>
#include <weft/net/error.hpp>
#include <weft/net/stream.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::net {

/// The stream ended before a read was complete (errc::unexpected_end).
class incomplete_read : public error {
public:
    incomplete_read(std::string partial, std::optional<std::size_t> expected);

    /// What came instead; the reader no longer has it.
    [[nodiscard]] const std::string& partial() const noexcept { return partial_; }

    /// How many bytes were asked for; nothing if a delimiter was.
    [[nodiscard]] std::optional<std::size_t> expected() const noexcept { return expected_; }

private:
    std::string partial_;
    std::optional<std::size_t> expected_;
};

/// A delimiter did not come within the limit (errc::limit_exceeded).
class limit_overrun : public error {
public:
    limit_overrun(bool found, std::size_t consumable);

    /// Whether the delimiter is there, only too late.
    [[nodiscard]] bool found() const noexcept { return found_; }

    /// How many buffered bytes certainly do not belong to the delimiter.
    [[nodiscard]] std::size_t consumable() const noexcept { return consumable_; }

private:
    bool found_;
    std::size_t consumable_;
};

/// Reads lines and counted pieces from a stream.
///
/// What arrives together is read together and kept for the next call. A failure of the stream is
/// remembered and thrown by every later read; peek() still gives what came before.
/// Cancellation: of any read: throws cancelled, no byte is lost.
/// Threads: as its stream, and one read at a time: a second one throws usage_error.
class buffered_reader {
public:
    static constexpr std::size_t default_limit = 64 * 1024;  // bytes

    /// \param limit  bytes that a line or piece may have unless a call says otherwise; not 0.
    /// \throws std::invalid_argument  if it is 0.
    explicit buffered_reader(stream& source, std::size_t limit = default_limit);

    buffered_reader(const buffered_reader&) = delete;
    buffered_reader& operator=(const buffered_reader&) = delete;

    /// Reads what is there, at least one byte; 0 at the end of the stream or if `into` is empty.
    [[nodiscard]] std::size_t read_some(std::span<std::byte> into);

    /// Reads exactly `count` bytes, which may exceed the limit.
    ///
    /// \throws incomplete_read  if the stream ends before.
    [[nodiscard]] std::string read_exactly(std::size_t count);

    /// Reads through the next `delimiter`, which is part of the result.
    ///
    /// \throws incomplete_read  if the stream ends before; limit_overrun  if more than the limit
    ///         precedes the delimiter: nothing is taken then; std::invalid_argument  if it is
    ///         empty or the limit is 0.
    [[nodiscard]] std::string read_until(std::string_view delimiter);
    [[nodiscard]] std::string read_until(std::string_view delimiter, std::size_t limit);

    /// Reads through the next '\n', which is part of the result; the last line may lack it. Empty
    /// at the end of the stream.
    ///
    /// \throws net::error  (errc::limit_exceeded) if the line is longer than the limit; what there
    ///         is of it is dropped.
    [[nodiscard]] std::string read_line();
    [[nodiscard]] std::string read_line(std::size_t limit);

    /// Reads to the end of the stream.
    ///
    /// \throws net::error  (errc::limit_exceeded) beyond `limit` bytes: nothing is taken then.
    [[nodiscard]] std::string read_to_end(std::size_t limit);

    /// What has been read from the stream and not yet taken. Valid until the next call.
    [[nodiscard]] std::span<const std::byte> peek() const noexcept { return buffer_.data(); }

    /// Takes `count` bytes of peek(), at most all.
    void consume(std::size_t count) noexcept { buffer_.consume(count); }

    /// Adds to peek() what arrives next. Returns false at the end of the stream.
    bool fill();

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    class reading;

    bool read_more(std::size_t least);
    std::size_t find(std::string_view delimiter, std::size_t limit);
    std::string take(std::size_t count);

    stream& source_;
    std::size_t limit_;
    detail::byte_buffer buffer_;
    std::exception_ptr failure_;
    bool ended_ = false;
    const char* running_ = nullptr;  // the read in progress
};

}  // namespace weft::net
