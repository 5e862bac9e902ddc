// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "load/generator.hpp"
#include "options.hpp"
#include "paired_windows.hpp"
#include "process.hpp"
#include "server_contest.hpp"
#include "weft_server.hpp"

#include <weft/run.hpp>
#include <weft/trace_format.hpp>

#include "scheduler.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

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

/// Switches recording on and off in a server, as a recorder does, through its memory.
class recording_switch {
public:
    explicit recording_switch(pid_t server) {
        const auto links = "/proc/" + std::to_string(server) + "/fd";
        for (const auto& each : std::filesystem::directory_iterator(links)) {
            std::error_code gone;
            if (std::filesystem::read_symlink(each.path(), gone)
                    .string()
                    .find(std::string("memfd:") + trace::memory_name) != std::string::npos) {
                map(each.path());
            }
        }
        if (begin_ == MAP_FAILED) {
            throw std::runtime_error("the server shows no fibers");
        }
    }
    ~recording_switch() { ::munmap(begin_, trace::page); }
    recording_switch(const recording_switch&) = delete;
    recording_switch& operator=(const recording_switch&) = delete;

    void record(std::uint32_t classes) const {
        auto* asked = reinterpret_cast<trace::control*>(static_cast<std::byte*>(begin_) +
                                                        trace::control_offset);
        __atomic_store_n(&asked->mask, classes, __ATOMIC_RELEASE);
    }

private:
    void map(const std::filesystem::path& link) {
        const int fd = ::open(link.c_str(), O_RDWR | O_CLOEXEC);
        begin_ = ::mmap(nullptr, trace::page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        ::close(fd);
    }

    void* begin_ = MAP_FAILED;
};

/// Microseconds on the processor for a message, in a moment.
double us_of_a_message(load_generator& traffic) {
    const auto done = traffic.run();
    if (done.operations == 0) {
        throw std::runtime_error("a server completed nothing");
    }
    return done.server_cpu_us / done.operations;
}

/// Windows of a few thousand messages, short beside what else happens on a machine.
load in_moments(bool quick) {
    auto asked = echo_load(100, quick);
    asked.warm_up = std::chrono::milliseconds(3);
    asked.window = std::chrono::milliseconds(20);
    return asked;
}

/// Two servers: whether there is a table cannot be switched. Twice the same tells how far off the
/// ratios of this machine are.
std::vector<double> beside(const char* plain, const char* changed, std::size_t pairs, bool quick) {
    const server_process one(echo_with(plain));
    const server_process other(echo_with(changed));
    load_generator to_one(one, in_moments(quick));
    load_generator to_other(other, in_moments(quick));
    return {paired_ratio([&] { return us_of_a_message(to_one); },
                         [&] { return us_of_a_message(to_other); }, pairs)};
}

/// One server, one set of connections.
std::vector<double> sched_beside_table(std::size_t pairs, bool quick) {
    const server_process server(echo_with(""));
    load_generator traffic(server, in_moments(quick));
    const recording_switch recording(server.pid());
    const auto with = [&](std::uint32_t classes) {
        recording.record(classes);
        return us_of_a_message(traffic);
    };
    return {
        paired_ratio([&] { return with(0); }, [&] { return with(trace::sched_events); }, pairs)};
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
    const std::size_t pairs = chosen.quick ? 2 : 200;
    const bool quick = chosen.quick;
    hold({.bench = "trace, echo",
          .figures = {{"CPU, off / off", "times"}},
          .weft = [=] { return beside("off", "off", pairs, quick); }},
         chosen);
    hold({.bench = "trace, echo",
          .figures = {{"CPU, table / off", "times", at_most(1.005)}},
          .weft = [=] { return beside("off", "", pairs, quick); }},
         chosen);
    hold({.bench = "trace, echo",
          .figures = {{"CPU, sched recorded / table", "times", at_most(1.03)}},
          .weft = [=] { return sched_beside_table(pairs, quick); }},
         chosen);
}

}  // namespace weft::bench
