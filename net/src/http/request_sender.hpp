// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/client.hpp>
#include <weft/net/stream.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <exception>
#include <span>
#include <string>

namespace weft::http {

/// Sends a request; a large or generated body in a fiber of its own, so that a server may answer
/// before it has all of it.
///
/// Lifetime: the request and the stream outlive it.
class request_sender {
public:
    request_sender(const client_request& asked, bool accept_encodings) noexcept
        : asked_(asked), accept_encodings_(accept_encodings) {}

    /// Sends the head and a small body, or begins to send a large one.
    ///
    /// \throws http::error  if the request may not be sent; the stream's error.
    void start(net::stream& to);

    /// Gives the rest up, for the stream is closed. Never blocks; the destructor waits.
    void cancel();

    /// Waits until nothing is being sent, and forgets that it failed.
    void reset();

    /// Whether a fiber still sends.
    [[nodiscard]] bool running() const { return sending_.valid() && !sending_.done(); }

    /// Whether the whole request was sent.
    [[nodiscard]] bool sent() const { return !running() && !failed_ && !source_failure_; }

    /// What the body source threw, if it did.
    [[nodiscard]] const std::exception_ptr& source_failure() const noexcept {
        return source_failure_;
    }

private:
    [[nodiscard]] std::string make_head() const;
    void send_body(net::stream& to);
    void send_chunks(net::stream& to);
    [[nodiscard]] std::size_t generate(std::span<char> into);

    const client_request& asked_;
    bool accept_encodings_;
    bool failed_ = false;
    std::exception_ptr source_failure_;
    task<> sending_;
};

}  // namespace weft::http
