// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/channel.hpp>
#include <weft/run.hpp>
#include <weft/select.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <array>
#include <cstddef>
#include <optional>

namespace weft::bench {

namespace {

constexpr std::size_t channels = 8;

/// Channels with room for one value each.
struct lines {
    std::array<channel<int>, channels> all{channel<int>(1), channel<int>(1), channel<int>(1),
                                           channel<int>(1), channel<int>(1), channel<int>(1),
                                           channel<int>(1), channel<int>(1)};
    std::size_t received = 0;

    void receive_one() {
        const auto take = [this](std::optional<int> value) { received += value ? 1U : 0U; };
        select(on_receive(all[0], take), on_receive(all[1], take), on_receive(all[2], take),
               on_receive(all[3], take), on_receive(all[4], take), on_receive(all[5], take),
               on_receive(all[6], take), on_receive(all[7], take));
    }
};

// Every call finds a value, each time in the next channel.
double ready_ns(std::size_t count) {
    return run([=] {
        lines shared;
        const auto start = own_cpu_time();
        while (shared.received < count) {
            shared.all[shared.received % channels].send(1);
            shared.receive_one();
        }
        return static_cast<double>((own_cpu_time() - start).count()) / static_cast<double>(count);
    });
}

// Every call waits in all channels, until another fiber sends into one of them.
double waited_ns(std::size_t count) {
    return run([=] {
        lines shared;
        auto giver = spawn([&] {
            for (std::size_t i = 0; i < count; ++i) {
                this_fiber::yield();
                shared.all[i % channels].send(1);
            }
        });
        const auto start = own_cpu_time();
        while (shared.received < count) {
            shared.receive_one();
        }
        const auto used = own_cpu_time() - start;
        giver.join();
        return static_cast<double>(used.count()) / static_cast<double>(count);
    });
}

}  // namespace

void run_select(const options& chosen) {
    const std::size_t count = chosen.quick ? 10'000 : 1'000'000;
    const auto ready = alone([=] { return ready_ns(count); });
    const auto waited = alone([=] { return waited_ns(count); });
    hold({.bench = "select", .figures = {{"8 channels, ready", "ns", at_most(150)}}, .weft = ready},
         chosen);
    hold({.bench = "select", .figures = {{"8 channels, waited", "ns"}}, .weft = waited}, chosen);
}

}  // namespace weft::bench
