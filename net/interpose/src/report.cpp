// SPDX-License-Identifier: BSL-1.0
#include "report.hpp"

#include <weft/error.hpp>

#include "bound_modules.hpp"
#include "held_locks.hpp"
#include "waiting_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace weft::interpose::report {

constinit std::atomic<bool> wanted{false};

namespace {

/// Calls of one function. Names are literals, of which a file may have a copy of its own.
struct counted {
    std::atomic<const char*> name{nullptr};
    std::atomic<std::uint64_t> calls{0};
};

constinit std::array<counted, 512> functions;

constinit thread_local const char* last_function = "?";

/// What kept the loop, by the innermost function.
struct slow_place {
    unsigned times = 0;
    double total = 0;  // seconds
    double worst = 0;
    std::vector<std::string> stack;  // of the worst
};

struct findings {
    std::string place;
    pid_t process = ::getpid();
    std::mutex guard;
    std::map<std::string, slow_place> slow;
};

/// Never destroyed: it is written after all static objects are gone.
findings& found_so_far() {
    static auto& made = *new findings;
    return made;
}

std::string without_offset(const std::string& line) {
    return line.substr(0, line.rfind("+0x"));
}

void write_calls(std::FILE* to) {
    std::map<std::string, std::uint64_t> calls;
    for (const counted& each : functions) {
        if (const char* name = each.name; name != nullptr) {
            calls[name] += each.calls;
        }
    }
    std::fputs("calls that fibers made:\n", to);
    for (const auto& [name, count] : calls) {
        std::fprintf(to, "  %12llu  %s\n", static_cast<unsigned long long>(count), name.c_str());
    }
    if (calls.empty()) {
        std::fputs("  none\n", to);
    }
}

void write_slow(std::FILE* to, const std::map<std::string, slow_place>& slow) {
    std::fprintf(to, "what kept other fibers from running for %lld ms or more:\n",
                 static_cast<long long>(slow_step.count()));
    for (const auto& [name, at] : slow) {
        std::fprintf(to, "  %s: %u times, %.3f s in all, %.3f s at worst\n", name.c_str(), at.times,
                     at.total, at.worst);
        for (const std::string& line : at.stack) {
            std::fprintf(to, "      %s\n", line.c_str());
        }
    }
    if (slow.empty()) {
        std::fputs("  nothing\n", to);
    }
}

void write_modules(std::FILE* to) {
    std::fputs("modules:\n", to);
    for (const bound_module& each : bound_modules()) {
        std::fprintf(to, "  %s: %zu functions by the layer", each.file.c_str(), each.by_layer);
        for (const std::string& name : each.past_layer) {
            std::fprintf(to, "%s%s", &name == &each.past_layer.front() ? ", past it: " : ", ",
                         name.c_str());
        }
        std::fputc('\n', to);
    }
}

void write() {
    findings& all = found_so_far();
    if (all.process != ::getpid()) {
        return;  // a child that did not execute anything
    }
    wanted = false;
    std::FILE* const to = all.place == "1" ? stderr : std::fopen(all.place.c_str(), "we");
    if (to == nullptr) {
        std::fprintf(stderr, "weft: cannot write the report to %s\n", all.place.c_str());
        return;
    }
    std::fprintf(to, "weft: report of process %d\n", static_cast<int>(all.process));
    const std::lock_guard held(all.guard);
    write_calls(to);
    write_slow(to, all.slow);
    held_locks::write(to);
    write_modules(to);
    std::fflush(to);
}

[[gnu::constructor(102)]] void ask_by_environment() {
    if (const char* place = std::getenv("WEFT_INTERPOSE_REPORT"); place != nullptr) {
        ask(place);
    }
}

[[gnu::destructor]] void write_at_exit() {
    if (wanted) {
        write();
    }
}

}  // namespace

void ask(const char* place) noexcept {
    if (*place != '\0') {
        found_so_far().place = place;
        wanted = true;
        watch_locks();
    }
}

const char* last_counted() noexcept {
    return last_function;
}

void count(const char* function) noexcept {
    last_function = function;
    const auto number = reinterpret_cast<std::uintptr_t>(function);
    for (std::size_t i = 0; i < functions.size(); ++i) {
        counted& at = functions[(number / 4 + i) % functions.size()];
        const char* expected = nullptr;
        if (at.name == function || at.name.compare_exchange_strong(expected, function) ||
            expected == function) {
            at.calls.fetch_add(1, std::memory_order_relaxed);
            return;
        }
    }
}

bool note(const error_report& found) {
    double seconds = 0;
    if (found.kind != error_kind::slow_step ||
        std::sscanf(found.message.c_str(), "it ran for %lf", &seconds) != 1) {
        return false;
    }
    findings& all = found_so_far();
    const std::lock_guard held(all.guard);
    slow_place& at = all.slow[found.stack.empty() ? std::string("(a place that was not seen)")
                                                  : without_offset(found.stack.front())];
    ++at.times;
    at.total += seconds;
    if (seconds > at.worst) {
        at.worst = seconds;
        at.stack = found.stack;
    }
    return true;
}

}  // namespace weft::interpose::report
