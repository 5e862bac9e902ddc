// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/body_reader.hpp"
#include "http/connection_pool.hpp"
#include "http/content_decoder.hpp"
#include "http/request_sender.hpp"
#include "http/response_parser.hpp"

#include <weft/clock.hpp>
#include <weft/http/client.hpp>
#include <weft/http/error.hpp>
#include <weft/http/message.hpp>
#include <weft/net/connector.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::http {

/// One request and its response on one connection.
///
/// Invariants:
/// 1. The connection goes back to the pool only if request and response are complete, the server
///    keeps it open and nothing else has arrived; on every other path it is closed.
/// 2. The sender ends before its connection does.
class exchange {
public:
    /// \param deadline  of the whole: no call here ends later.
    exchange(std::shared_ptr<const session_options> options, std::shared_ptr<client_request> asked,
             clock::time_point deadline);
    ~exchange();
    exchange(const exchange&) = delete;
    exchange& operator=(const exchange&) = delete;

    /// Gets a connection, sends the request and reads the head of the response.
    ///
    /// \throws http::error
    void begin(net::connector& connector, connection_pool& pool);

    /// Reads from the body, decoded. See client_response.
    std::size_t read_some(std::span<std::byte> into);

    /// Reads away a short rest of the body so that the connection can be kept; else closes it.
    void drain();

    /// Closes the connection unless it was given back. Never blocks.
    void close() noexcept;

    [[nodiscard]] const client_request& asked() const noexcept { return *asked_; }
    [[nodiscard]] const response& head() const noexcept { return head_; }
    [[nodiscard]] bool reused() const noexcept { return reused_; }

    std::vector<redirect_step> history;  // the redirects before this exchange

private:
    void connect(net::connector& connector);
    void attempt(net::connector& connector);
    void abandon_connection();
    void send();
    void read_head();
    [[nodiscard]] bool parse_head(response_parser& parser);
    void begin_body();
    std::size_t read_raw(std::span<char> into);
    std::size_t read_decoded(std::span<char> into);
    void release();
    [[nodiscard]] bool may_repeat(const error& failure) const;
    [[nodiscard]] std::size_t received() const noexcept;
    [[nodiscard]] std::string name() const;

    template <class Action>
    auto limited(stage where, clock::duration limit, errc exceeded, Action action);

    std::shared_ptr<const session_options> options_;
    std::shared_ptr<client_request> asked_;
    clock::time_point deadline_;
    net::target target_;
    std::optional<connection_pool::lease> place_;  // empty once the connection was let go
    request_sender sender_;                        // must end before its connection
    response head_;
    response_traits traits_;
    std::optional<body_reader> body_;
    std::unique_ptr<content_decoder> decoder_;
    std::string raw_;             // what was read to be decoded
    std::string_view undecoded_;  // the part of raw_ that is left
    bool reused_ = false;
    bool answered_ = false;  // a byte of the response has arrived
    bool complete_ = false;  // the caller has got the whole body
};

}  // namespace weft::http
