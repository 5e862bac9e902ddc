// SPDX-License-Identifier: BSL-1.0
#include "debug/monitor.hpp"

#include <weft/error.hpp>

#include "scheduler_inline.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <utility>

namespace weft::detail {

namespace {

std::string in_seconds(clock::duration time) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3f s", std::chrono::duration<double>(time).count());
    return text.data();
}

bool wanted_by_environment() {
    const char* variable = std::getenv("WEFT_DEBUG");
    const std::string_view wanted = variable != nullptr ? variable : "0";
    if (!wanted.empty() && wanted != "0" && wanted != "1") {
        throw usage_error("WEFT_DEBUG=" + std::string(wanted) + ": known are 0 and 1");
    }
    return wanted == "1";
}

}  // namespace

std::unique_ptr<debug_monitor> make_monitor(scheduler& home, const debug_options& chosen) {
    if (chosen.slow_step <= clock::duration::zero() || chosen.swallowed_cancellations < 1) {
        throw usage_error("debug_options: slow_step and swallowed_cancellations must be above 0");
    }
    const bool wanted = chosen.enabled ? *chosen.enabled : wanted_by_environment();
    return wanted ? std::make_unique<debug_monitor>(home, chosen) : nullptr;
}

debug_monitor::debug_monitor(scheduler& home, const debug_options& chosen)
    : home_(home), chosen_(chosen), steps_(chosen.slow_step) {}

void debug_monitor::record(trace_event what, const fiber* subject, std::int64_t) noexcept {
    try {
        note(what, subject);
    } catch (const std::bad_alloc&) {  // debugging must not end the program
    }
}

void debug_monitor::note(trace_event what, const fiber* subject) {
    switch (what) {
        case trace_event::spawned: alive_.emplace(subject->id, notes{}); break;
        case trace_event::running:
            end_step();
            if (subject->id != 0) {  // not the root fiber: it starts and ends the runtime
                running_ = subject;
                steps_.begin();
            }
            break;
        case trace_event::parked:
            end_step();
            locks_.parked(*subject);
            look_at_holders_for(*subject);
            break;
        case trace_event::ready: locks_.woken(*subject); break;
        case trace_event::finished:
            end_step();
            alive_.erase(subject->id);
            look_at_locks_of(*subject);
            break;
        default: break;
    }
}

void debug_monitor::end_step() {
    if (auto slow = steps_.end()) {
        home_.report(error_kind::slow_step, running_,
                     "it ran for " + in_seconds(slow->took) + " without letting others run",
                     nullptr, std::move(slow->stack));
    }
}

void debug_monitor::look_at_holders_for(const fiber& waiting) {
    for (const auto holder : locks_.holders(waiting)) {
        if (!alive_.contains(holder)) {
            report_lock(waiting, holder);
        }
    }
}

void debug_monitor::look_at_locks_of(const fiber& ended) {
    for (const auto* each : locks_.waiting()) {
        const auto holders = locks_.holders(*each);
        if (std::find(holders.begin(), holders.end(), ended.id) != holders.end()) {
            report_lock(*each, ended.id);
        }
    }
}

void debug_monitor::report_lock(const fiber& waiting, std::uint64_t holder) {
    home_.report(error_kind::lock_abandoned, &waiting,
                 "it waits for a lock that fiber " + std::to_string(holder) + " held when it ended",
                 nullptr);
}

void debug_monitor::shared_lock_taken(const void* lock, std::uint64_t reader, bool first) noexcept {
    try {
        locks_.shared_taken(lock, reader, first);
    } catch (const std::bad_alloc&) {  // as in record()
    }
}

void debug_monitor::cancellation_thrown(const fiber& self, std::uint64_t scope_id) noexcept {
    if (std::uncaught_exceptions() > 0 || std::current_exception() != nullptr) {
        return;  // the last one is still being handled
    }
    const auto found = alive_.find(self.id);
    if (found == alive_.end()) {
        return;
    }
    notes& known = found->second;
    if (known.thrown_for != scope_id) {
        known.thrown_for = scope_id;
        known.swallowed = 0;
    } else if (++known.swallowed == chosen_.swallowed_cancellations) {
        home_.report(error_kind::cancellation_swallowed, &self,
                     "it caught cancelled and went on as if it were not", nullptr);
    }
}

}  // namespace weft::detail
