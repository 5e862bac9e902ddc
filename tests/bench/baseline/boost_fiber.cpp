// SPDX-License-Identifier: BSL-1.0
#include "baseline/boost_fiber.hpp"

#include "process.hpp"

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/pooled_fixedsize_stack.hpp>
#include <boost/fiber/unbuffered_channel.hpp>

#include <memory>

namespace weft::bench {

namespace {

namespace fibers = boost::fibers;

double per_operation(std::chrono::nanoseconds used, std::size_t operations) {
    return static_cast<double>(used.count()) / static_cast<double>(operations);
}

}  // namespace

double boost_yield_ns(std::size_t yields) {
    const auto yield_often = [](std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) {
            boost::this_fiber::yield();
        }
    };
    const std::size_t each = yields / 2;
    fibers::fiber other(yield_often, each + each / 10);
    yield_often(each / 10);
    const auto start = own_cpu_time();
    yield_often(each);
    const auto used = own_cpu_time() - start;
    other.join();
    return per_operation(used, 2 * each);
}

double boost_fiber_yield_ns(std::size_t yields) {
    fibers::use_scheduling_algorithm<fibers::algo::round_robin>();
    return boost_yield_ns(yields);
}

double boost_fiber_spawn_ns(std::size_t fibers_to_start) {
    fibers::use_scheduling_algorithm<fibers::algo::round_robin>();
    fibers::pooled_fixedsize_stack stacks;
    const auto spawn_and_join = [&stacks](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            fibers::fiber(std::allocator_arg, stacks, [] {}).join();
        }
    };
    spawn_and_join(fibers_to_start / 10);
    const auto start = own_cpu_time();
    spawn_and_join(fibers_to_start);
    return per_operation(own_cpu_time() - start, fibers_to_start);
}

double boost_fiber_channel_ns(std::size_t items) {
    fibers::use_scheduling_algorithm<fibers::algo::round_robin>();
    fibers::unbuffered_channel<int> channel;
    fibers::fiber giver(std::allocator_arg, fibers::pooled_fixedsize_stack(), [&] {
        for (std::size_t i = 0; i < items; ++i) {
            channel.push(static_cast<int>(i));
        }
        channel.close();
    });
    int taken = 0;
    const auto start = own_cpu_time();
    while (channel.pop(taken) == fibers::channel_op_status::success) {
    }
    const auto used = own_cpu_time() - start;
    giver.join();
    return per_operation(used, items);
}

}  // namespace weft::bench
