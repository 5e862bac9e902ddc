// SPDX-License-Identifier: BSL-1.0
#include "dns/hosts_file.hpp"
#include "dns/reply.hpp"

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

namespace weft::fuzz {

void dns_reply(std::string_view input) {
    const auto message =
        std::span(reinterpret_cast<const unsigned char*>(input.data()), input.size());
    for (const auto wanted : {net::family::v4, net::family::v6}) {
        const auto read = net::dns::read_reply(message, {.name = "a.test", .wanted = wanted});
        require(read.addresses.empty() == static_cast<bool>(read.failure),
                "there are addresses or a failure");
        require(std::ranges::all_of(read.addresses,
                                    [&](const net::address& each) {
                                        return each.family() == wanted && each.port() == 0;
                                    }),
                "addresses are of the wanted family");
        require(read.ttl.count() >= 0 && read.ttl.count() < (1LL << 31), "the TTL is in range");
    }
}

void hosts_file(std::string_view input) {
    for (const auto& [name, addresses] : net::dns::parse_hosts(input)) {
        require(!name.empty() && !addresses.empty(), "a name has an address");
        require(std::ranges::none_of(
                    name, [](char c) { return (c >= 'A' && c <= 'Z') || c == ' ' || c == '\n'; }),
                "a name is one word in lower case");
    }
}

void address(std::string_view input) {
    const auto parsed = net::address::try_parse(input, 0);
    if (parsed) {
        require(net::address::try_parse(parsed->host(), 0) == parsed,
                "an address reads back as itself");
    }
    if (input.find_first_of(std::string_view("%\0", 2)) == input.npos) {
        // The C library knows neither zones here nor bytes behind the first NUL.
        std::array<unsigned char, 16> bytes{};
        const std::string text(input);
        const bool known = ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
                           ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
        require(known == parsed.has_value(), "an address is what inet_pton(3) takes for one");
    }
}

}  // namespace weft::fuzz
