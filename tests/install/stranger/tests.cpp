// SPDX-License-Identifier: BSL-1.0
#include <weft/channel.hpp>
#include <weft/task.hpp>
#include <weft/testing/fiber_test.hpp>
#include <weft/testing/matchers.hpp>

#include <chrono>

namespace {

using namespace std::chrono_literals;

class Shop : public weft::testing::fiber_test {
protected:
    Shop() {
        options.time = weft::time_source::virtual_time;
        time_limit = 1s;
    }

    weft::channel<int> orders{1};
};

FIBER_TEST_F(Shop, DeliversWhatIsOrdered) {
    auto customer = weft::spawn([&] { return orders.receive(); }, {.name = "customer"});
    orders.send(7);
    EXPECT_EQ(customer.get(), 7);
}

// Nobody sends: this test is to fail.
FIBER_TEST_F(Shop, ForgetsTheOrder) {
    auto customer = weft::spawn([&] { return orders.receive(); }, {.name = "customer"});
    customer.join();
}

}  // namespace
