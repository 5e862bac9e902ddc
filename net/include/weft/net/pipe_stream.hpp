// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/stream.hpp>
#include <weft/pipe.hpp>

#include <utility>

namespace weft::net {

/// Two pipes as a stream, one in each direction: to talk to a process line by line through a
/// buffered_reader, or to carry a protocol over standard input and output.
///
///     net::pipe_stream talk(std::move(child.output()), std::move(child.input()));
class pipe_stream final : public stream {
public:
    pipe_stream(pipe_reader from, pipe_writer to) noexcept
        : from_(std::move(from)), to_(std::move(to)) {}

    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) override;
    void write_all(std::span<const std::byte> from) override;

    /// Closes the pipe to the peer.
    void shutdown_write() override;

    void close() noexcept override {
        from_.close();
        to_.close();
    }

private:
    pipe_reader from_;
    pipe_writer to_;
};

}  // namespace weft::net
