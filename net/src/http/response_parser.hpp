// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/framing.hpp"
#include "http/line_guard.hpp"

#include <weft/http/limits.hpp>
#include <weft/http/message.hpp>

#include <cstddef>
#include <string_view>

namespace weft::http {

/// What a response's head says about the rest of the exchange.
struct response_traits {
    message_framing body;
    bool keep_alive = false;  ///< the server keeps the connection open afterwards
};

/// Parses heads of responses. Old habits that are harmless are accepted (folded lines, a missing
/// reason phrase, a repeated Content-Length); what could be understood in two ways is not.
class response_parser {
public:
    explicit response_parser(const limits& most) noexcept
        : guard_(most, {.start_line = true, .folding = true}) {}

    /// Parses the head at the front of `input`, which only grows between calls for one head.
    ///
    /// \param to_head  whether it answers a HEAD request and so has no body.
    /// \param into     is overwritten, its body emptied.
    /// \returns bytes of the head; 0 while it is incomplete and not wrong so far.
    /// \throws http::error  what is wrong.
    std::size_t parse(std::string_view input, bool to_head, response& into,
                      response_traits& traits);

private:
    line_guard guard_;
};

}  // namespace weft::http
