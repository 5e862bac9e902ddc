// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/failing_stream.hpp>

#include <weft/testing/fiber_test.hpp>
#include <weft/testing/memory_stream.hpp>
#include <weft/testing/stream_text.hpp>

#include <gtest/gtest.h>

#include <system_error>
#include <utility>

namespace weft::testing {

FIBER_TEST(FailingStream, FailsAtItsTurnAndThenForGood) {
    auto [client, server] = connect_in_memory();
    planned_failure plan{.calls_before = 1, .code = std::errc::connection_reset};
    failing_stream tested(std::move(client), plan);
    tested.write_all(net::bytes_of("one"));
    EXPECT_FALSE(plan.happened);
    EXPECT_THROW(tested.write_all(net::bytes_of("two")), net::error);
    EXPECT_TRUE(plan.happened);
    EXPECT_THROW(tested.shutdown_write(), net::error);
    EXPECT_EQ(read_up_to(*server, 100), "one");
}

FIBER_TEST(FailingStream, PassesEverythingOnceDisarmed) {
    auto [client, server] = connect_in_memory();
    planned_failure plan{.calls_before = 0, .code = std::errc::connection_reset};
    plan.disarm();
    failing_stream tested(std::move(client), plan);
    tested.write_all(net::bytes_of("all"));
    tested.close();
    EXPECT_EQ(read_up_to(*server, 100), "all");
}

}  // namespace weft::testing
