// SPDX-License-Identifier: BSL-1.0
#include <weft/error.hpp>

#include "trace/memory.hpp"

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace weft::detail {

namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 9> event_names{{
    {"sched", trace::sched_events},
    {"stacks", trace::sched_events | trace::stack_events},
    {"loop", trace::loop_events},
    {"io", trace::io_events},
    {"sync", trace::sync_events},
    {"user", trace::user_events},
    {"workers", trace::worker_events},
    {"cancel", trace::cancel_events},
    {"all", trace::all_events},
}};

[[noreturn]] void refuse(std::string_view word) {
    throw usage_error("WEFT_TRACE: " + std::string(word) +
                      ": known are off, file:PATH and events:NAME+NAME with sched, stacks, loop, "
                      "io, sync, user, workers, cancel and all");
}

std::uint32_t event_named(std::string_view name) {
    for (const auto& [known, bits] : event_names) {
        if (known == name) {
            return bits;
        }
    }
    refuse(name);
}

/// Calls `use` for each part of a text.
template <class Use>
void split(std::string_view text, char between, Use use) {
    while (!text.empty()) {
        const auto length = text.find(between);
        use(text.substr(0, length));
        text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    }
}

void apply(std::string_view word, trace_options& chosen) {
    constexpr std::string_view file = "file:";
    constexpr std::string_view events = "events:";
    if (word == "off") {
        chosen.enabled = false;
    } else if (word.starts_with(file) && word.size() > file.size()) {
        chosen.file = word.substr(file.size());
    } else if (word.starts_with(events) && word.size() > events.size()) {
        chosen.events = 0;
        split(word.substr(events.size()), '+',
              [&](std::string_view name) { chosen.events |= event_named(name); });
    } else {
        refuse(word);
    }
}

}  // namespace

trace_options with_environment(trace_options chosen) {
    if (const char* said = std::getenv("WEFT_TRACE")) {
        split(said, ',', [&](std::string_view word) { apply(word, chosen); });
    }
    return chosen;
}

}  // namespace weft::detail
