// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"

#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weft::bench {

namespace {

// A field of /proc/self/status that is given in KiB, in bytes. Source: proc(5).
double status_bytes(std::string_view field) {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(field) && line.substr(field.size()).starts_with(':')) {
            return std::stod(line.substr(field.size() + 1)) * 1024;
        }
    }
    throw std::runtime_error("/proc/self/status has no " + std::string(field));
}

struct memory {
    double resident = status_bytes("VmRSS");
    double page_table = status_bytes("VmPTE");
};

// Bytes per fiber: resident, and of page tables.
std::vector<double> bytes_per_parked_fiber(std::size_t fibers) {
    event wake_up;
    return run([&] {
        const memory before;
        for (std::size_t i = 0; i < fibers; ++i) {
            spawn([&] { wake_up.wait(); }).detach();
        }
        this_fiber::yield();  // now all of them wait
        const memory after;
        wake_up.set();
        const auto count = static_cast<double>(fibers);
        return std::vector{(after.resident - before.resident) / count,
                           (after.page_table - before.page_table) / count};
    });
}

}  // namespace

void run_memory(const options& chosen) {
    constexpr double kib = 1'024;
    const std::size_t fibers = chosen.quick ? 10'000 : 1'000'000;
    const std::string who = chosen.quick ? "10,000 parked fibers" : "1,000,000 parked fibers";
    hold({.bench = "memory",
          .figures = {{who + ": resident", "bytes each", at_most(4.3 * kib)},
                      {who + ": page tables", "bytes each"}},
          .weft = [=] { return in_child([=] { return bytes_per_parked_fiber(fibers); }); }},
         chosen);
}

}  // namespace weft::bench
