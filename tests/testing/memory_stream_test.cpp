// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/memory_stream.hpp>

#include <weft/net/error.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/parked.hpp>

#include <gtest/gtest.h>

namespace weft::testing {

FIBER_TEST(MemoryStream, CarriesBytesBothWays) {
    const auto [client, server] = connect_in_memory();
    client->write("question\n");
    EXPECT_EQ(server->read_until("\n"), "question\n");
    server->write("answer");
    server->close();
    EXPECT_EQ(client->read(), "answer");
    EXPECT_TRUE(client->peer_closed());
}

FIBER_TEST(MemoryStream, LetsAWriterWaitForRoom) {
    const auto [client, server] = connect_in_memory({.capacity = 4});
    auto writer = spawn([&, &stream = *client] { stream.write("12345678"); });
    wait_until_all_parked();
    EXPECT_EQ(server->unread(), 4U);
    EXPECT_EQ(server->read(8), "12345678");
    writer.get();
}

FIBER_TEST(MemoryStream, GoesInStepWhenLocked) {
    const auto [client, server] = connect_in_memory({.lockstep = true});
    bool written = false;
    auto writer = spawn([&, &stream = *client] {
        stream.write("ab");
        written = true;
    });
    EXPECT_EQ(server->read(1), "a");
    wait_until_all_parked();
    EXPECT_FALSE(written);
    EXPECT_EQ(server->read(1), "b");
    wait_until_all_parked();
    EXPECT_TRUE(written);
    writer.get();
}

FIBER_TEST(MemoryStream, TellsALockedWriterWhatWasTaken) {
    const auto [client, server] = connect_in_memory({.lockstep = true});
    auto writer = spawn([&, &stream = *client] { stream.write("abc"); });
    EXPECT_EQ(server->read(1), "a");
    server->close();
    try {
        writer.get();
        ADD_FAILURE() << "nobody took the rest";
    } catch (const net::error& failed) {
        EXPECT_EQ(failed.code(), std::errc::broken_pipe);
        EXPECT_EQ(failed.transferred(), 1U);
    }
}

FIBER_TEST(MemoryStream, IsReset) {
    const auto [client, server] = connect_in_memory();
    client->write("lost");
    client->reset();
    EXPECT_THROW((void)server->read(4), net::error);
}

}  // namespace weft::testing
