// SPDX-License-Identifier: BSL-1.0
#include "support/runtime_test.hpp"

#include "scheduler.hpp"

#include <chrono>
#include <filesystem>
#include <iterator>

namespace weft::test {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;  // its own
}

std::size_t other_fibers() {
    const detail::fiber& self = *detail::current_fiber;
    std::size_t count = 0;
    for (const auto* each = self.home->alive().first; each != nullptr; each = each->next_alive) {
        count += each != &self && each->state != detail::fiber_state::finished ? 1 : 0;
    }
    return count;
}

runtime_test::runtime_test() {
    options.time = time_source::virtual_time;
    time_limit = clock::duration::max();  // hours take no time; who waits for ever is in a deadlock
}

void runtime_test::use_real_time() {
    options.time = time_source::monotonic;
    time_limit = std::chrono::minutes(2);  // of a busy machine, under a sanitizer
}

}  // namespace weft::test
