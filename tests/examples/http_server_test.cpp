// SPDX-License-Identifier: BSL-1.0
#include "support/child_process.hpp"
#include "support/plain_socket.hpp"
#include "support/process_facts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

namespace weft::test {
namespace {

const std::string hello_request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

child_process http_server(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {WEFT_PROGRAMS "/http_server", "--port", "0"});
    return child_process(options);
}

unsigned short port_of(child_process& server) {
    return static_cast<unsigned short>(std::stoi(server.wait_for_line("listening on 127.0.0.1:")));
}

/// Asks once over an open connection; returns the whole answer.
std::string ask(plain_socket& client) {
    client.send(hello_request);
    return client.receive_until("hello world");
}

TEST(HttpServer, SaysHelloWorldInElevenBytes) {
    auto server = http_server();
    plain_socket client(port_of(server));
    const auto answer = ask(client);
    EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
    EXPECT_NE(answer.find("Content-Length: 11\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.substr(answer.find("\r\n\r\n")), "\r\n\r\nhello world");
}

TEST(HttpServer, KeepsTheConnection) {
    auto server = http_server();
    plain_socket client(port_of(server));
    const auto first = ask(client);
    EXPECT_EQ(ask(client).substr(0, 15), first.substr(0, 15));
}

TEST(HttpServer, EndsCleanlyOnSigintAndSigterm) {
    for (const int number : {SIGINT, SIGTERM}) {
        auto server = http_server();
        plain_socket client(port_of(server));
        ASSERT_NE(ask(client), "");
        server.signal(number);
        EXPECT_EQ(server.wait(), 0);
        EXPECT_EQ(server.errors(), "");
        EXPECT_EQ(client.receive_all(), "");
    }
}

// Reliability scenario 24: 200 clients that never end their head.
TEST(HttpServer, GetsRidOfSlowHeadsAndServesOthersMeanwhile) {
    auto server = http_server({"--header-timeout", "1"});
    const auto port = port_of(server);
    std::vector<plain_socket> slow;
    for (int count = 0; count < 200; ++count) {
        slow.emplace_back(port).send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    }
    plain_socket quick(port);
    const auto dripping = [&] {
        return std::any_of(slow.begin(), slow.end(),
                           [](const auto& client) { return !client.readable(); });
    };
    server.wait_until("all slow clients refused", [&] {
        EXPECT_NE(ask(quick), "");
        for (auto& client : slow) {
            if (!client.readable()) {
                client.send("x");
            }
        }
        return !dripping();
    });
    for (auto& client : slow) {
        EXPECT_EQ(client.receive_until("\r\n").substr(0, 12), "HTTP/1.1 408");
    }
    EXPECT_NE(ask(quick), "");
}

// Reliability scenario 27: resets in the middle of an upload and of answers.
TEST(HttpServer, GivesUpTheDescriptorOfAClientThatResets) {
    auto server = http_server();
    const auto port = port_of(server);
    const auto before = open_descriptors(server.pid());
    for (int count = 0; count < 50; ++count) {
        plain_socket uploading(port);
        uploading.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbegin");
        uploading.reset();
        plain_socket pipelining(port);
        for (int request = 0; request < 100; ++request) {
            pipelining.send(hello_request);
        }
        ASSERT_NE(pipelining.receive_until("hello world"), "");
        pipelining.reset();
    }
    server.wait_until("descriptors closed",
                      [&] { return open_descriptors(server.pid()) == before; });
    plain_socket client(port);
    EXPECT_NE(ask(client), "");
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(server.errors(), "");
}

}  // namespace
}  // namespace weft::test
