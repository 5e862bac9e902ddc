// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Pipes: bytes in one direction, between fibers or to and from another process.
///
/// Failures are io_error with the system's code; on a closed end that is EBADF.

#include <weft/unique_fd.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

namespace weft {

/// The end of a pipe that gives what the other end takes.
///
/// Threads: only on the thread of its runtime; one reader at a time.
class pipe_reader {
public:
    /// What read_all() takes at most unless told otherwise.
    static constexpr std::size_t default_limit = std::size_t{64} << 20;

    pipe_reader() noexcept = default;

    /// \param end  anything that can be polled: a pipe, a terminal, a socket.
    explicit pipe_reader(unique_fd end) noexcept : end_(std::move(end)) {}

    /// Reads what has arrived, at least one byte; 0 once every writer has closed its end.
    ///
    /// Blocks:       until a byte arrives or the pipe ends.
    /// Cancellation: no byte is lost, a later read continues.
    [[nodiscard]] std::size_t read_some(std::span<std::byte> into);

    /// Appends everything up to the end of the pipe to `into`.
    ///
    /// Blocks:       until every writer has closed its end.
    /// Cancellation: what has been read stands in `into`.
    /// \param limit  bytes at most; with more, as many are appended and io_error
    ///               (std::errc::message_size) is thrown.
    void read_all(std::string& into, std::size_t limit = default_limit);

    /// Closes the end; whoever writes to the other one fails. Idempotent, never blocks.
    void close() noexcept { end_.reset(); }

    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(end_); }

    /// The descriptor, which stays the reader's; -1 when closed.
    [[nodiscard]] int native() const noexcept { return end_.get(); }

private:
    unique_fd end_;
};

/// The end of a pipe that takes bytes. No write raises SIGPIPE.
///
/// Threads: only on the thread of its runtime; one writer at a time.
class pipe_writer {
public:
    pipe_writer() noexcept = default;

    /// \param end  anything that can be polled: a pipe, a terminal, a socket.
    explicit pipe_writer(unique_fd end) noexcept : end_(std::move(end)) {}

    /// Writes all bytes.
    ///
    /// Blocks:       until the pipe has room for the last of them.
    /// Cancellation: an unknown number of bytes was written.
    /// \throws io_error  (EPIPE) once nobody can read them, with the bytes written before.
    void write_all(std::span<const std::byte> from);

    /// Closes the end; the reader finds the end of the pipe. Idempotent, never blocks.
    void close() noexcept { end_.reset(); }

    [[nodiscard]] bool is_open() const noexcept { return static_cast<bool>(end_); }

    /// The descriptor, which stays the writer's; -1 when closed.
    [[nodiscard]] int native() const noexcept { return end_.get(); }

private:
    unique_fd end_;
};

/// A new pipe. Both ends are non-blocking and closed on exec.
///
/// \throws io_error  if there are no descriptors left.
[[nodiscard]] std::pair<pipe_reader, pipe_writer> make_pipe();

}  // namespace weft
