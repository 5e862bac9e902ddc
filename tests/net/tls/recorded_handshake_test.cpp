// SPDX-License-Identifier: BSL-1.0
#include "net/tls_harness.hpp"
#include "support/recorded_events.hpp"

#include <weft/testing/memory_stream.hpp>
#include <weft/testing/stream_text.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <system_error>

namespace weft::net {
namespace {

using test::recorded_events;
using test::tls_pair;
using testing::connect_in_memory;
using trace::event_type;

run_options in_virtual_time() {
    return {.time = time_source::virtual_time};
}

TEST(RecordedHandshake, HasAnEventOfEachSideAndOneOfEveryPieceOfRecords) {
    recorded_events recorded(trace::tls_events);
    recorded.during(
        [] {
            tls_pair pair;
            pair.shake_hands();
            pair.server->write_all(bytes_of("x"));
            EXPECT_EQ(testing::read_up_to(*pair.client, 1), "x");
        },
        in_virtual_time());
    const auto began = recorded.of(event_type::work_began);
    const auto ended = recorded.of(event_type::work_ended);
    ASSERT_EQ(began.size(), 2U);
    ASSERT_EQ(ended.size(), 2U);
    EXPECT_NE(began[0].fiber, began[1].fiber);
    EXPECT_NE(began[0].object, began[1].object);
    for (const auto& each : ended) {
        EXPECT_EQ(each.sub, static_cast<int>(trace::work_kind::tls));
        EXPECT_EQ(each.x, 0U);
        EXPECT_EQ(each.aux, 0U);
    }
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    for (const auto& each : recorded.of(event_type::work_moved)) {
        (each.aux != 0 ? sent : received) += each.x;
    }
    EXPECT_GT(received, 1000U);  // a certificate at least
    EXPECT_GE(sent, received);
}

TEST(RecordedHandshake, SaysThatASessionWasResumed) {
    recorded_events recorded(trace::tls_events);
    recorded.during(
        [] {
            const auto issued = test::authority().issue({.host_names = {"a.test"}});
            const auto server = tls_context::server({.certificate_pem = issued.chain_pem,
                                                     .private_key_pem = issued.key_pem,
                                                     .resumption = true});
            const auto client = test::client_context();
            for (int i = 0; i < 2; ++i) {
                tls_pair pair(client, server);
                pair.shake_hands();
                pair.server->write_all(bytes_of("x"));
                EXPECT_EQ(testing::read_up_to(*pair.client, 1), "x");
            }
        },
        in_virtual_time());
    const auto ended = recorded.of(event_type::work_ended);
    ASSERT_EQ(ended.size(), 4U);
    EXPECT_EQ(ended[0].aux, 0U);
    EXPECT_EQ(ended[2].aux, trace::work_was_remembered);
    EXPECT_EQ(ended[3].aux, trace::work_was_remembered);
}

TEST(RecordedHandshake, SaysWhyItFailed) {
    recorded_events recorded(trace::tls_events);
    recorded.during(
        [] {
            auto made = connect_in_memory({});
            const auto client = tls_context::client({.ca_pem = test::authority().certificate_pem(),
                                                     .handshake_timeout = std::chrono::seconds(1)});
            tls_stream silent(std::move(made.client), client, "a.test");
            EXPECT_THROW(silent.handshake(), error);
        },
        in_virtual_time());
    const auto ended = recorded.of(event_type::work_ended);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].x, static_cast<std::uint32_t>(std::errc::timed_out));
    const auto began = recorded.of(event_type::work_began);
    EXPECT_EQ(recorded.string_numbered(began.at(0).x), "a.test");
}

}  // namespace
}  // namespace weft::net
