// SPDX-License-Identifier: BSL-1.0
#include "loopback/dns_server.hpp"

#include <weft/net/buffered_reader.hpp>
#include <weft/net/tcp.hpp>
#include <weft/net/udp.hpp>
#include <weft/scope.hpp>
#include <weft/testing/fiber_test.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace loopback {
namespace {

using namespace std::chrono_literals;
using dns::record_type;

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

dns::query query_for(const std::string& name, record_type type = record_type::a) {
    return {7, name, type, name};
}

/// What the server answers over UDP; empty if nothing comes.
std::string ask(const dns_server& server, const dns::query& asked) {
    auto client = weft::net::udp_socket::connect(server.address());
    client.send(dns::encode(asked));
    std::vector<std::byte> answer(512);
    std::size_t size = 0;
    weft::move_on_after(1h, [&] { size = client.receive_from(answer).size; });
    return text_of(std::span(answer).first(size));
}

std::string expected(const dns::query& asked, dns::response_code code,
                     std::vector<dns::record> answers = {}, bool truncated = false) {
    return text_of(dns::encode(dns::response{asked, code, truncated, std::move(answers)}));
}

FIBER_TEST(DnsServer, AnswersWhatItWasTold) {
    dns_server server;
    server.add_address("a.test", "127.0.0.1");
    const auto asked = query_for("a.test");
    EXPECT_EQ(ask(server, asked), expected(asked, dns::response_code::no_error,
                                           {{"a.test", record_type::a, 60, "127.0.0.1"}}));
    EXPECT_EQ(server.queries().at(0).asked, asked);
}

FIBER_TEST(DnsServer, TellsUnknownNamesFromKnownOnesWithoutSuchRecords) {
    dns_server server;
    server.add_address("a.test", "127.0.0.1");
    const auto no_data = query_for("a.test", record_type::aaaa);
    const auto no_name = query_for("b.test");
    EXPECT_EQ(ask(server, no_data), expected(no_data, dns::response_code::no_error));
    EXPECT_EQ(ask(server, no_name), expected(no_name, dns::response_code::name_error));
}

FIBER_TEST(DnsServer, AnswersOverTcpWhatItTruncatesOverUdp) {
    dns_server server;
    const dns::record record{"a.test", record_type::a, 60, "127.0.0.1"};
    server.set("a.test", record_type::a, {.answers = {record}, .truncated = true});
    const auto asked = query_for("a.test");
    EXPECT_EQ(ask(server, asked), expected(asked, dns::response_code::no_error, {}, true));

    auto client = weft::net::tcp_stream::connect(server.address());
    const auto encoded = text_of(dns::encode(asked));
    client.write_all(
        weft::net::bytes_of(std::string(1, '\0') + static_cast<char>(encoded.size()) + encoded));
    const auto wanted = expected(asked, dns::response_code::no_error, {record});
    weft::net::buffered_reader reader(client);
    EXPECT_EQ(reader.read_exactly(2 + wanted.size()).substr(2), wanted);
    EXPECT_TRUE(server.queries().back().over_tcp);
}

FIBER_TEST(DnsServer, SendsWhatTheRewriteMakes) {
    dns_server server;
    server.set("a.test", record_type::a, {.rewrite = [](dns_reply::message right) {
                   right[0] = std::byte{0xff};
                   return std::vector<dns_reply::message>{std::move(right)};
               }});
    EXPECT_EQ(ask(server, query_for("a.test")).substr(0, 2), "\xff\7");
}

FIBER_TEST(DnsServer, ServesOthersWhileOneAnswerIsDelayed) {
    dns_server server;
    server.set("slow.test", record_type::a, {.delay = 24h});
    auto waiting = weft::spawn([&] { ask(server, query_for("slow.test")); });
    EXPECT_NE(ask(server, query_for("other.test")), "");
    waiting.cancel();
}

}  // namespace
}  // namespace loopback
