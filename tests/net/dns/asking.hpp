// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// A resolver and the name server that it asks, for tests.

#include "loopback/dns_server.hpp"

#include <weft/net/dns.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

namespace weft::test {

using loopback::dns_reply;
using loopback::dns_server;
using host_list = std::vector<std::string>;

/// Asks `server` alone, once, and nothing of the system.
///
/// \param timeout  to be chosen short only where the server is silent.
inline net::resolver_options asking(const dns_server& server,
                                    std::chrono::milliseconds timeout = std::chrono::seconds(5)) {
    net::resolver_options options;
    options.servers = {server.address().to_string()};
    options.search = host_list{};
    options.hosts_file = "";
    options.timeout = timeout;
    options.tries = 1;
    return options;
}

inline host_list hosts_of(const std::vector<net::address>& found) {
    host_list hosts;
    for (const auto& each : found) {
        hosts.push_back(each.host());
    }
    return hosts;
}

/// Why `host` has no addresses; it is named in the text.
inline std::error_code failure_of(net::resolver& names, const std::string& host,
                                  net::family wanted = net::family::any) {
    try {
        (void)names.resolve(host, 80, wanted);
    } catch (const net::error& failed) {
        EXPECT_NE(std::string(failed.what()).find(host), std::string::npos) << failed.what();
        return failed.code();
    }
    return {};
}

/// Drops every question.
inline dns_reply silence() {
    dns_reply reply;
    reply.rewrite = [](const dns_reply::message&) { return std::vector<dns_reply::message>{}; };
    return reply;
}

}  // namespace weft::test
