// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"
#include "server_contest.hpp"
#include "weft_server.hpp"

#include <weft/run.hpp>
#include <weft/trace_format.hpp>

#include "scheduler.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace weft::bench {

namespace {

/// Nanoseconds for what a recorder does at a wait of a fiber: it parks, becomes ready, and runs.
double sites_ns(std::uint32_t events, std::size_t count) {
    detail::fiber& self = *detail::current_fiber;
    detail::recorder& trace = self.home->trace();
    trace.memory().control().mask = events;
    const auto start = own_cpu_time();
    for (std::size_t i = 0; i < count; ++i) {
        trace.parked(self);
        trace.ready(self);
        trace.running(self.home->root(), self, 0);
    }
    const auto used = own_cpu_time() - start;
    trace.memory().control().mask = 0;
    return static_cast<double>(used.count()) / static_cast<double>(count);
}

/// Nanoseconds for an event of a class that nobody asked for, the loop around it included.
double probe_ns(std::size_t count) {
    detail::recorder& trace = detail::current_fiber->home->trace();
    const auto start = own_cpu_time();
    for (std::size_t i = 0; i < count; ++i) {
        trace.note(trace::timer_events, {.object = i});
    }
    return static_cast<double>((own_cpu_time() - start).count()) / static_cast<double>(count);
}

/// The table alone; an event that is not wanted; one that is, of which a wait has two; its stack in
/// addition.
std::vector<double> costs(std::size_t count) {
    return run([=] {
        sites_ns(trace::sched_events | trace::stack_events, count);  // touches the whole ring
        const double table = sites_ns(0, count);
        const double events = sites_ns(trace::sched_events, count);
        const double stacks = sites_ns(trace::sched_events | trace::stack_events, count);
        return std::vector{table, probe_ns(count), (events - table) / 2, stacks - events};
    });
}

/// As if it had recorded for long: the first events in each page of the ring cost a page fault.
void touch_ring() {
    for (auto& slot : detail::current_fiber->home->trace().memory().events()) {
        static_cast<volatile trace::event&>(slot).object = 0;
    }
}

server echo_with(const char* trace) {
    return [=](const announce_port& announce) {
        ::setenv("WEFT_TRACE", trace, 1);  // this process is the server's own
        serve_weft_echo([&](auto port) {
            touch_ring();
            announce(port);
        });
    };
}

}  // namespace

void run_trace(const options& chosen) {
    const std::size_t count = chosen.quick ? 10'000 : 5'000'000;
    hold({.bench = "trace",
          .figures = {{"fiber table, per wait", "ns", at_most(3)},
                      {"event, not wanted", "ns", at_most(1)},
                      {"event, recorded", "ns", at_most(15)},
                      {"stack of a wait, recorded", "ns", at_most(50)}},
          .weft = [=] { return costs(count); }},
         chosen);
    const auto load = echo_load(100, chosen.quick);
    hold(server_contest{.bench = "trace, table beside off",
                        .weft = echo_with(""),
                        .baseline = echo_with("off"),
                        .asked = load,
                        .cpu = at_most_times(1.005)},
         chosen);
    hold(server_contest{.bench = "trace, sched beside off",
                        .weft = echo_with("events:sched"),
                        .baseline = echo_with("off"),
                        .asked = load,
                        .cpu = at_most_times(1.03)},
         chosen);
}

}  // namespace weft::bench
