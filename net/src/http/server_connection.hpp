// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/body_reader.hpp"
#include "http/input_buffer.hpp"
#include "http/message_writer.hpp"
#include "http/phase_clock.hpp"
#include "http/request_parser.hpp"
#include "http/response_writer.hpp"
#include "http/tick_limits.hpp"

#include <weft/http/message.hpp>
#include <weft/http/server.hpp>
#include <weft/net/stream.hpp>
#include <weft/scope.hpp>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

namespace weft::http {

/// One connection of a server: reads requests, calls the handler, writes responses, in order.
///
/// Invariants:
/// 1. After a refusal nothing that arrives is read as a request.
/// 2. Each request that reached the handler is answered before the next one is parsed.
/// 3. All memory that depends on the peer is bounded by server_options.
/// Lifetime: stream, handler, options and limits outlive it.
class server_connection {
public:
    server_connection(net::stream& peer, const handler& answer, const server_options& options,
                      const tick_limits& times);

    /// Serves until the connection ends, by either side.
    ///
    /// Cancellation: passes.
    void run();

    /// Ends the connection as soon as no request is in progress. Never blocks.
    void stop();

    /// Tells that the time of one tick has passed; ends what has taken too long. Never blocks.
    void tick();

    /// Requests answered so far, refusals included.
    [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

private:
    friend class streamed_exchange;

    void serve_all();
    bool serve_next();
    bool read_head();
    void start_body();
    void invite_body();
    void read_body();
    void answer();
    bool call_handler();
    void stream();
    response_context answering(const response& answered);
    void report(const std::exception_ptr& failure) const;

    void refuse(unsigned status, std::string_view reason);
    void linger(std::string_view farewell);
    void finish();

    net::stream& peer_;
    const handler& handler_;
    const server_options& options_;
    input_buffer input_;
    request_parser parser_;
    body_reader body_;
    request request_;
    request_traits traits_;
    response response_;
    const tick_limits& times_;
    cancel_scope limit_;  // cancelled when a phase takes too long, or by stop()
    phase_clock clock_;
    response_writer writer_;
    bool keep_ = true;  // another request may follow
    bool stopping_ = false;
    bool told_ = false;     // something of the response to this request was sent piecewise
    bool refused_ = false;  // nothing more is read as a request
    std::uint64_t requests_ = 0;
};

}  // namespace weft::http
