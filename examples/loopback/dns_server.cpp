// SPDX-License-Identifier: BSL-1.0
#include "loopback/dns_server.hpp"

#include <weft/net/buffered_reader.hpp>
#include <weft/net/error.hpp>
#include <weft/net/serve.hpp>
#include <weft/net/stream.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <algorithm>
#include <array>

namespace loopback {

using weft::net::address;
using weft::net::tcp_listener;
using weft::net::tcp_stream;
using weft::net::udp_socket;

namespace {

constexpr std::size_t longest_datagram = 4096;  // bytes of a query; RFC 6891 section 6.2.5

// UDP and TCP have to share a port, and somebody may use it for the other one of them.
std::pair<tcp_listener, udp_socket> listen() {
    for (int attempts_left = 9;; --attempts_left) {
        auto listener = tcp_listener::listen(address::loopback_v4(0));
        try {
            auto datagrams = udp_socket::bind(listener.local_address());
            return {std::move(listener), std::move(datagrams)};
        } catch (const weft::net::error&) {
            if (attempts_left == 0) {
                throw;
            }
        }
    }
}

}  // namespace

dns_server::dns_server() : dns_server(listen()) {}

dns_server::dns_server(std::pair<tcp_listener, udp_socket> sockets)
    : listener_(std::move(sockets.first)),
      datagrams_(std::move(sockets.second)),
      serving_datagrams_(weft::spawn([this] { serve_datagrams(); })),
      serving_connections_(weft::spawn([this] {
          weft::net::serve_options options;
          options.on_error = [](const std::exception_ptr&) {};  // a client that breaks off
          weft::net::serve(
              listener_, [this](tcp_stream& connection) { serve_connection(connection); }, options);
      })) {}

void dns_server::set(const std::string& name, dns::record_type type, dns_reply reply) {
    replies_[{name, type}] = std::move(reply);
}

void dns_server::add_address(const std::string& name, const std::string& literal) {
    const auto type =
        literal.find(':') == std::string::npos ? dns::record_type::a : dns::record_type::aaaa;
    replies_[{name, type}].answers.push_back({name, type, 60, literal});
}

dns_reply dns_server::reply_to(const dns::query& asked) const {
    if (const auto told = replies_.find({asked.name, asked.type}); told != replies_.end()) {
        return told->second;
    }
    const bool known = std::any_of(replies_.begin(), replies_.end(), [&](const auto& each) {
        return each.first.first == asked.name;
    });
    return {.code = known ? dns::response_code::no_error : dns::response_code::name_error};
}

void dns_server::answer(std::span<const std::byte> question, bool over_tcp,
                        const send_function& send) {
    const auto asked = dns::decode_query(question);
    if (!asked) {
        return;
    }
    queries_.push_back({*asked, over_tcp});
    const auto reply = reply_to(*asked);
    if (reply.delay.count() > 0) {
        weft::this_fiber::sleep_for(reply.delay);
    }
    dns::response made{*asked, reply.code, reply.truncated && !over_tcp, {}};
    if (!made.truncated) {
        made.answers = reply.answers;
    }
    const auto right = dns::encode(made);
    for (const auto& sent : reply.rewrite ? reply.rewrite(right) : std::vector<message>{right}) {
        send(sent);
    }
}

void dns_server::serve_datagrams() {
    weft::with_task_group([this](weft::task_group& group) {
        for (;;) {
            std::vector<std::byte> question(longest_datagram);
            const auto received = datagrams_.receive_from(question);
            question.resize(received.size);
            group.spawn([this, question = std::move(question), client = received.from] {
                answer(question, false,
                       [&](const message& sent) { datagrams_.send_to(sent, client); });
            });
        }
    });
}

// Over TCP each message follows its size in two bytes. Source: RFC 1035 section 4.2.2.
void dns_server::serve_connection(tcp_stream& connection) {
    weft::net::buffered_reader reader(connection);
    for (;;) {
        const auto head = reader.read_exactly(2);
        const auto size = (static_cast<std::size_t>(static_cast<unsigned char>(head[0])) << 8U) |
                          static_cast<unsigned char>(head[1]);
        const auto question = reader.read_exactly(size);
        answer(weft::net::bytes_of(question), true, [&](message sent) {
            const auto length = static_cast<unsigned>(sent.size());
            const std::array prefix{static_cast<std::byte>(length >> 8U),
                                    static_cast<std::byte>(length & 0xffU)};
            sent.insert(sent.begin(), prefix.begin(), prefix.end());
            connection.write_all(sent);
        });
    }
}

}  // namespace loopback
