// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "loopback/dns_message.hpp"

#include <weft/clock.hpp>
#include <weft/net/address.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/udp.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace loopback {

/// What a name server does about one question.
struct dns_reply {
    using message = std::vector<std::byte>;

    std::vector<dns::record> answers{};
    dns::response_code code = dns::response_code::no_error;
    weft::clock::duration delay{};  ///< before it answers
    bool truncated = false;         ///< over UDP it only says that TCP is needed
    /// Turns the right message into what is really sent: none, a forged one, several.
    std::function<std::vector<message>(message)> rewrite{};
};

/// A question that a name server has received.
struct received_query {
    dns::query asked;
    bool over_tcp = false;
};

/// A DNS server on a free port of 127.0.0.1, over UDP and TCP, that says what it was told to. It
/// serves from its construction to its end, beside whoever made it.
///
/// Names it was told nothing of do not exist; names it knows have no records of other types.
/// Threads: only on the thread of its runtime.
class dns_server {
public:
    /// \throws net::error  if there is no port.
    dns_server();

    dns_server(const dns_server&) = delete;
    dns_server& operator=(const dns_server&) = delete;
    ~dns_server() = default;

    [[nodiscard]] const weft::net::address& address() const noexcept {
        return listener_.local_address();
    }

    /// What to do about a question from now on.
    ///
    /// \param name  in lower case, without the final dot.
    void set(const std::string& name, dns::record_type type, dns_reply reply);

    /// Gives `name` one more address, IPv4 or IPv6.
    void add_address(const std::string& name, const std::string& literal);

    /// All questions so far, in order.
    [[nodiscard]] const std::vector<received_query>& queries() const noexcept { return queries_; }

private:
    using message = dns_reply::message;
    using send_function = std::function<void(message)>;

    explicit dns_server(std::pair<weft::net::tcp_listener, weft::net::udp_socket> sockets);

    void serve_datagrams();
    void serve_connection(weft::net::tcp_stream& connection);
    void answer(std::span<const std::byte> question, bool over_tcp, const send_function& send);
    [[nodiscard]] dns_reply reply_to(const dns::query& asked) const;

    weft::net::tcp_listener listener_;
    weft::net::udp_socket datagrams_;
    std::map<std::pair<std::string, dns::record_type>, dns_reply> replies_;
    std::vector<received_query> queries_;
    weft::task<> serving_datagrams_;  // these two last: they end before what they use
    weft::task<> serving_connections_;
};

}  // namespace loopback
