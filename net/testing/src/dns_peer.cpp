// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/dns_peer.hpp>

#include <weft/net/buffered_reader.hpp>
#include <weft/net/error.hpp>

#include <system_error>

namespace weft::testing {

dns_peer::dns_peer() {
    const auto answer = [this](std::string_view question) {
        std::vector<std::string> replies{names_.answer(question)};
        if (replies.front().empty()) {
            replies.clear();
        }
        return replies;
    };
    constexpr int most = 20;  // ports that are free for UDP, but taken for TCP
    for (int tried = 1; !over_tcp_; ++tried) {
        over_udp_.emplace(answer);
        try {
            over_tcp_.emplace([this](net::tcp_stream& client) { serve(client); },
                              over_udp_->address());
        } catch (const net::error& failed) {
            if (failed.code() != std::errc::address_in_use || tried == most) {
                throw;
            }
        }
    }
}

/// Each message has its length before it. Source: RFC 1035, section 4.2.2.
void dns_peer::serve(net::tcp_stream& client) {
    net::buffered_reader reader(client);
    const auto byte = [](std::string_view text, std::size_t place) {
        return std::size_t{static_cast<unsigned char>(text[place])};
    };
    for (;;) {
        const auto length = reader.read_exactly(2);
        const auto question = reader.read_exactly(byte(length, 0) << 8 | byte(length, 1));
        ++tcp_questions_;
        const auto reply = names_.answer(question, false);
        if (!reply.empty()) {
            const std::string prefix{static_cast<char>(reply.size() >> 8),
                                     static_cast<char>(reply.size() & 0xff)};
            client.write_all(net::bytes_of(prefix + reply));
        }
    }
}

void dns_peer::add_name(std::string_view name, const std::vector<std::string>& addresses,
                        std::chrono::seconds ttl) {
    names_.add(name, addresses, ttl);
}

void dns_peer::add_name(std::string_view name, name_answer answer) {
    names_.add(name, answer);
}

net::resolver_options dns_peer::options() const {
    net::resolver_options asking;
    asking.servers = {address().to_string()};
    asking.search.emplace();
    asking.hosts_file.clear();
    return asking;
}

}  // namespace weft::testing
