// SPDX-License-Identifier: BSL-1.0
#include "support/runtime_test.hpp"

#include "scheduler.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <string>

namespace weft::test {

namespace {

std::chrono::nanoseconds computed_by_this_thread() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

/// Five times what is wanted, for slow and busy machines, or what the environment says.
std::chrono::milliseconds most_of_a_virtual_run() {
    const char* const chosen = std::getenv("WEFT_VIRTUAL_RUN_LIMIT");
    return std::chrono::milliseconds(chosen != nullptr ? std::atoi(chosen) : 250);
}

/// Sanitizers, and code that is not optimized, take many times as long.
constexpr bool time_tells() noexcept {
#ifdef NDEBUG
    return !sanitized();
#else
    return false;
#endif
}

}  // namespace

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

runtime_test::~runtime_test() {
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    const auto longest = duration_cast<microseconds>(longest_run_).count();
    RecordProperty("longest_virtual_run_us", std::to_string(longest));
    if (time_tells() && !may_compute_ && longest_run_ > most_of_a_virtual_run()) {
        ADD_FAILURE() << "a run on virtual time computed for " << longest << " us";
    }
}

void runtime_test::TestBody() {
    const run_timer timer(*this);
    fiber_test::TestBody();
}

runtime_test::run_timer::run_timer(runtime_test& test)
    : test_(test), before_(computed_by_this_thread()) {}

runtime_test::run_timer::~run_timer() {
    if (test_.options.time == time_source::virtual_time) {
        test_.longest_run_ = std::max(test_.longest_run_, computed_by_this_thread() - before_);
    }
}

void runtime_test::use_real_time() {
    options.time = time_source::monotonic;
    time_limit = std::chrono::minutes(2);  // of a busy machine, under a sanitizer
}

}  // namespace weft::test
