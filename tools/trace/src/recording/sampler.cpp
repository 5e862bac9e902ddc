// SPDX-License-Identifier: BSL-1.0
#include "recording/sampler.hpp"

#include <algorithm>

#include "process/process_files.hpp"
#include "recording/clock.hpp"
#include "recording/own_events.hpp"
#include "stacks/asked_stacks.hpp"

namespace weft::trace_tool {

namespace {

/// Whether the thread has a processor, or is in line for one.
bool computes(pid_t process, std::uint32_t thread) {
    const auto status =
        read_small_file(process_path(process, "task/" + std::to_string(thread) + "/stat"));
    // The state stands behind the name, which ends with the last bracket: proc(5).
    const auto bracket = status ? status->rfind(')') : std::string::npos;
    return bracket != std::string::npos && status->substr(bracket, 3) == ") R";
}

/// As a recording has them: all of them as if a call returned there.
std::vector<std::uint64_t> return_addresses(const call_stack& stack) {
    std::vector<std::uint64_t> frames;
    for (const auto& each : stack.frames) {
        frames.push_back(each.exact ? each.address + 1 : each.address);
    }
    frames.resize(std::min<std::size_t>(frames.size(), trace::deepest_stack));
    return frames;
}

}  // namespace

sampler::sampler(const std::string& named, std::chrono::nanoseconds period)
    : from_(open_source(named, mapped_memory::access::control)),
      reader_(from_),
      period_(period),
      last_(std::chrono::steady_clock::now()) {}

std::chrono::milliseconds sampler::pause() const noexcept {
    const auto left = last_ + period_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::milliseconds(1),
                    std::chrono::duration_cast<std::chrono::milliseconds>(left));
}

void sampler::step(session& to) {
    constexpr int most_periods = 4;  // a look that comes late does not stand for more
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < period_) {
        return;
    }
    const auto since = std::min<std::chrono::nanoseconds>(now - last_, most_periods * period_);
    last_ = now;
    for (const mapped_memory& each : from_.memories) {
        look_at(each, static_cast<std::uint64_t>(since.count()) / 1000, to);
    }
}

void sampler::look_at(const mapped_memory& runtime, std::uint64_t microseconds, session& to) {
    const auto& header = runtime.header();
    if (!computes(from_.process, header.thread)) {
        return;
    }
    const auto taken = ask_for_snapshot(runtime, from_.process);
    if (!taken) {
        return;
    }
    trace::event sample{};
    sample.time = clock_now(header.ticks).ticks;
    sample.fiber = static_cast<std::uint32_t>(taken->fiber);
    sample.type = sampled;
    sample.x = static_cast<std::uint32_t>(microseconds);
    to.add_sample(header.thread, sample, return_addresses(reader_.stack_of(*taken)));
}

}  // namespace weft::trace_tool
