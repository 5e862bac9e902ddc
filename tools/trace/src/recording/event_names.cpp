// SPDX-License-Identifier: BSL-1.0
#include "recording/event_names.hpp"

#include <weft/trace_format.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "error.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 8> names{{
    {"sched", trace::sched_events},
    {"stacks", trace::stack_events},
    {"loop", trace::loop_events},
    {"io", trace::io_events},
    {"sync", trace::sync_events},
    {"user", trace::user_events},
    {"workers", trace::worker_events},
    {"cancel", trace::cancel_events},
}};

std::uint32_t class_named(std::string_view word) {
    if (word == "all") {
        return 0xff;
    }
    const auto found =
        std::ranges::find(names, word, &std::pair<std::string_view, std::uint32_t>::first);
    if (found == names.end()) {
        throw bad_usage("there are no events named " + std::string(word) +
                        "; known are sched, stacks, loop, io, sync, user, workers, cancel, all");
    }
    return found->second;
}

}  // namespace

std::uint32_t parse_event_classes(std::string_view text) {
    std::uint32_t mask = 0;
    for (;;) {
        const auto length = std::min(text.find('+'), text.find(','));
        mask |= class_named(text.substr(0, length));
        if (length == std::string_view::npos) {
            break;
        }
        text.remove_prefix(length + 1);
    }
    // Stacks are those of waits, which are events of the scheduler.
    return (mask & trace::stack_events) != 0 ? mask | trace::sched_events : mask;
}

std::string event_classes_text(std::uint32_t mask) {
    std::string text;
    for (const auto& [name, bit] : names) {
        if ((mask & bit) != 0) {
            text += (text.empty() ? "" : "+") + std::string(name);
        }
    }
    return text;
}

}  // namespace weft::trace_tool
