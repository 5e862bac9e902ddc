// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace weft::test {

/// A blocking TCP connection to a port of 127.0.0.1, made of system calls alone: the other side of
/// a server under test in another process or thread.
class plain_socket {
public:
    /// \throws std::system_error  if nobody listens there.
    explicit plain_socket(unsigned short port);

    plain_socket(plain_socket&& other) noexcept;
    plain_socket& operator=(plain_socket&& other) noexcept;
    ~plain_socket();

    /// Sends all of `text`. Returns false once the peer is gone.
    bool send(std::string_view text);

    /// Receives until `count` bytes or the end of the stream have come.
    ///
    /// \throws std::runtime_error  with what has come, if that takes longer than `patience`.
    [[nodiscard]] std::string receive(std::size_t count);

    /// Receives until the received text holds `delimiter`; returns all that has come.
    ///
    /// \throws std::runtime_error  as receive(), also at the end of the stream.
    [[nodiscard]] std::string receive_until(std::string_view delimiter);

    /// Receives all until the end of the stream; a reset counts as the end.
    [[nodiscard]] std::string receive_all();

    /// Whether something to read has come, be it the end of the stream. Does not wait.
    [[nodiscard]] bool readable() const;

    /// Ends the stream of what is sent.
    void shutdown_write();

    /// Closes the connection with a reset instead of a goodbye.
    void reset();

private:
    bool receive_more(std::string& text, std::size_t most);

    int fd_ = -1;
};

}  // namespace weft::test
