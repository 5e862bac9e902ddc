// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/sequencer.hpp>

#include <weft/error.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/parked.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::testing {

FIBER_TEST(Sequencer, OrdersWhatFibersDo) {
    sequencer order;
    std::string said;
    std::vector<task<void>> speakers;
    for (const std::size_t position : {2U, 0U, 3U, 1U}) {
        speakers.push_back(spawn([&, position] {
            const auto turn = order.wait_for(position);
            said += std::to_string(position);
        }));
    }
    for (auto& each : speakers) {
        each.get();
    }
    EXPECT_EQ(said, "0123");
}

FIBER_TEST(Sequencer, RefusesAPositionThatIsTaken) {
    sequencer order;
    { const auto turn = order.wait_for(0); }
    EXPECT_THROW((void)order.wait_for(0), usage_error);
}

FIBER_TEST(Sequencer, IsBrokenByACancelledTurn) {
    sequencer order;
    auto first = spawn([&] { (void)order.wait_for(1); });
    auto second = spawn([&] { (void)order.wait_for(2); });
    wait_until_all_parked();
    first.cancel();
    EXPECT_THROW(second.get(), usage_error);
    EXPECT_THROW((void)order.wait_for(0), usage_error);
}

}  // namespace weft::testing
