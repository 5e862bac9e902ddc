// SPDX-License-Identifier: BSL-1.0
#include <weft/net/dns.hpp>

#include "net/dns/asking.hpp"
#include "support/recorded_events.hpp"

#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <system_error>

namespace weft::net {
namespace {

namespace dns = loopback::dns;
using dns::record_type;
using test::asking;
using test::dns_server;
using test::failure_of;
using test::recorded_events;
using test::silence;
using trace::event_type;

TEST(RecordedLookup, SaysWhatWasLookedUpAndWhatCameOfIt) {
    recorded_events recorded(trace::dns_events);
    std::uint64_t fiber = 0;
    recorded.during([&] {
        dns_server server;
        server.add_address("www.test", "192.0.2.1");
        resolver names(asking(server));
        fiber = this_fiber::id();
        (void)names.resolve("www.test", 80, family::v4);
        (void)names.resolve("www.test", 80, family::v4);
        EXPECT_EQ(failure_of(names, "nobody.test"), errc::name_not_found);
        (void)names.resolve("192.0.2.9", 80);  // nothing is looked up
    });
    const auto began = recorded.of(event_type::work_began);
    const auto ended = recorded.of(event_type::work_ended);
    ASSERT_EQ(began.size(), 3U);
    ASSERT_EQ(ended.size(), 3U);
    EXPECT_EQ(recorded.string_numbered(began[0].x), "www.test");
    EXPECT_EQ(recorded.string_numbered(began[2].x), "nobody.test");
    for (std::size_t i = 0; i < began.size(); ++i) {
        EXPECT_EQ(began[i].sub, static_cast<int>(trace::work_kind::dns));
        EXPECT_EQ(began[i].fiber, static_cast<std::uint32_t>(fiber));
        EXPECT_EQ(ended[i].object, began[i].object);
        EXPECT_GE(ended[i].time, began[i].time);
    }
    EXPECT_EQ(ended[0].x, 0U);
    EXPECT_EQ(ended[0].stack, 1U);
    EXPECT_EQ(ended[0].aux, 0U);
    EXPECT_EQ(ended[1].aux, trace::work_was_remembered);
    EXPECT_EQ(ended[2].x, static_cast<std::uint32_t>(errc::name_not_found));
    EXPECT_EQ(ended[2].stack, 0U);
}

TEST(RecordedLookup, OneThatIsCancelledFailedBecauseOfThat) {
    recorded_events recorded(trace::dns_events);
    recorded.during([] {
        dns_server server;
        server.set("silent.test", record_type::a, silence());
        server.set("silent.test", record_type::aaaa, silence());
        resolver names(asking(server));
        auto waiting = spawn([&] { return names.resolve("silent.test", 80); });
        this_fiber::yield();
        waiting.cancel();
        EXPECT_THROW((void)waiting.get(), cancelled);
    });
    const auto ended = recorded.of(event_type::work_ended);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].x, static_cast<std::uint32_t>(std::errc::operation_canceled));
}

TEST(RecordedLookup, IsOnlyRecordedIfAskedFor) {
    recorded_events recorded(trace::all_events & ~trace::dns_events);
    recorded.during([] {
        dns_server server;
        server.add_address("www.test", "192.0.2.1");
        resolver names(asking(server));
        (void)names.resolve("www.test", 80, family::v4);
    });
    EXPECT_FALSE(recorded.of(event_type::spawned).empty());
    EXPECT_TRUE(recorded.of(event_type::work_began).empty());
    EXPECT_TRUE(recorded.of(event_type::work_ended).empty());
}

}  // namespace
}  // namespace weft::net
