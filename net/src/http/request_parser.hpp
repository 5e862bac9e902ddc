// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/framing.hpp"
#include "http/line_guard.hpp"

#include <weft/http/limits.hpp>
#include <weft/http/message.hpp>

#include <cstddef>
#include <string_view>

namespace weft::http {

/// What a request's head says about the rest of the exchange.
struct request_traits {
    message_framing body;
    bool keep_alive = false;        ///< the client wants to use the connection again
    bool expects_continue = false;  ///< the client waits for 100 before it sends the body
    bool unknown_expectation = false;
};

/// Parses heads of requests, strictly: what could be understood in two ways is refused.
class request_parser {
public:
    explicit request_parser(const limits& most) noexcept
        : guard_(most, {.start_line = true, .folding = false}) {}

    /// Parses the head at the front of `input`, which only grows between calls for one head.
    ///
    /// \param into  is overwritten, its body emptied.
    /// \returns bytes of the head; 0 while it is incomplete and not wrong so far.
    /// \throws http::error  what is wrong.
    std::size_t parse(std::string_view input, request& into, request_traits& traits);

private:
    void check_early(std::string_view input);

    line_guard guard_;
    bool version_checked_ = false;
};

/// Checks the form of a Host field. Source: RFC 9110 section 7.2, RFC 3986 section 3.2.
[[nodiscard]] bool is_valid_host(std::string_view value) noexcept;

/// Checks that `target` has the form that `method` asks for. Source: RFC 9112 section 3.2.
[[nodiscard]] bool is_valid_target(std::string_view method, std::string_view target) noexcept;

}  // namespace weft::http
