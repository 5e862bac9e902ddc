// SPDX-License-Identifier: BSL-1.0
#include "support/child_process.hpp"
#include "support/plain_socket.hpp"
#include "support/process_facts.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

namespace weft::test {
namespace {

/// Starts the server on a port that it picks itself.
child_process echo_server(const child_options& options = {}) {
    return child_process({WEFT_PROGRAMS "/echo_server", "--port", "0"}, options);
}

unsigned short port_of(child_process& server) {
    return static_cast<unsigned short>(std::stoi(server.wait_for_line("listening on 127.0.0.1:")));
}

bool echoes(plain_socket& client, const std::string& text) {
    return client.send(text) && client.receive(text.size()) == text;
}

/// Lets the server fail to read from `count` clients, while it keeps serving another.
void meet_resets(child_process& server, unsigned short port, int count) {
    plain_socket bystander(port);
    ASSERT_TRUE(echoes(bystander, "before"));
    const auto before = open_descriptors(server.pid());
    for (int number = 0; number < count; ++number) {
        plain_socket client(port);
        ASSERT_TRUE(echoes(client, "one"));
        client.reset();
    }
    server.wait_until("descriptors closed",
                      [&] { return open_descriptors(server.pid()) == before; });
    EXPECT_TRUE(echoes(bystander, "after"));
}

TEST(EchoServer, SendsBackWhatItReceives) {
    auto server = echo_server();
    plain_socket client(port_of(server));
    EXPECT_TRUE(echoes(client, "one"));
    EXPECT_TRUE(echoes(client, std::string(100'000, 'x')));
    client.shutdown_write();
    EXPECT_EQ(client.receive_all(), "");
}

TEST(EchoServer, EndsCleanlyOnSigintAndSigterm) {
    for (const int number : {SIGINT, SIGTERM}) {
        auto server = echo_server();
        plain_socket client(port_of(server));
        ASSERT_TRUE(echoes(client, "one"));
        server.signal(number);
        EXPECT_EQ(server.wait(), 0);
        EXPECT_EQ(server.errors(), "");
        EXPECT_EQ(client.receive_all(), "");
    }
}

TEST(EchoServer, TellsWhatIsWrongWithItsCommandLine) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--port", "many"}, "--port 'many': wanted a number"},
        {{"--port", "65536"}, "--port: wanted a whole number up to 65535"},
        {{"--port"}, "--port: its value is missing"},
        {{"--prot", "1"}, "--prot: no such option"}};
    for (const auto& [arguments, complaint] : wrong) {
        std::vector<std::string> command{WEFT_PROGRAMS "/echo_server"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        child_process server(command);
        EXPECT_EQ(server.wait(), 2);
        EXPECT_EQ(server.errors().substr(0, complaint.size()), complaint);
    }
}

TEST(EchoServer, TellsThatItsPortIsTaken) {
    auto server = echo_server();
    child_process second({WEFT_PROGRAMS "/echo_server", "--port", std::to_string(port_of(server))});
    EXPECT_EQ(second.wait(), 1);
    EXPECT_NE(second.errors().find("Address already in use"), std::string::npos);
}

// Reliability scenario 9, semantics T119: descriptors run out while 200 clients connect.
TEST(EchoServer, ServesOnWithoutDescriptorsAndRecovers) {
    // Without descriptors UBSan cannot look at an object and takes it for none.
    const temporary_directory folder;
    const auto suppressions = folder.write("suppressions", "vptr_check:*\n").string();
    auto server = echo_server({.environment = {{"UBSAN_OPTIONS", "suppressions=" + suppressions}},
                               .descriptor_limit = 64});
    const auto port = port_of(server);
    // UBSan needs a descriptor to look at the first error of a kind: let it see one before.
    meet_resets(server, port, 1);
    std::vector<plain_socket> clients;
    for (int count = 0; count < 200; ++count) {
        clients.emplace_back(port);
    }
    server.wait_until("all descriptors in use",
                      [&] { return open_descriptors(server.pid()) == 64; });
    for (std::size_t old = 0; old < 20; ++old) {
        EXPECT_TRUE(echoes(clients[old], "still here")) << "client " << old;
    }
    server.wait_until("less than 5 % of a processor in use", idle_watch(server.pid()));

    clients.erase(clients.begin(), clients.begin() + 160);
    for (auto& waiting : clients) {
        EXPECT_TRUE(echoes(waiting, "served at last"));
    }
    plain_socket late(port);
    EXPECT_TRUE(echoes(late, "as before"));
    EXPECT_EQ(server.stop(), 0);
}

// Reliability scenario 27 for a server of bytes.
TEST(EchoServer, GivesUpTheDescriptorOfAClientThatResets) {
    auto server = echo_server();
    meet_resets(server, port_of(server), 50);
    EXPECT_EQ(server.stop(), 0);
    EXPECT_EQ(server.errors(), "");
}

}  // namespace
}  // namespace weft::test
