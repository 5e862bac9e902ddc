// SPDX-License-Identifier: BSL-1.0
#include <weft/error.hpp>

#include <weft/trace_events.hpp>

#include "trace/memory.hpp"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::detail {

namespace {

[[noreturn]] void refuse(std::string_view word) {
    std::string names;
    for (const auto& [known, bits] : trace::event_class_names) {
        names += (names.empty() ? "" : ", ") + std::string(known);
    }
    throw usage_error("WEFT_TRACE: " + std::string(word) +
                      ": known are off, file:PATH, stall, stall:MILLISECONDS and events:NAME+NAME "
                      "with " +
                      names);
}

std::uint32_t event_named(std::string_view name) {
    for (const auto& [known, bits] : trace::event_class_names) {
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

std::chrono::milliseconds milliseconds(std::string_view word, std::string_view digits) {
    std::chrono::milliseconds::rep count = 0;
    const auto* end = digits.data() + digits.size();
    const auto [read, error] = std::from_chars(digits.data(), end, count);
    if (error != std::errc() || read != end) {
        refuse(word);
    }
    return std::chrono::milliseconds(count);
}

void apply(std::string_view word, trace_options& chosen) {
    constexpr std::string_view file = "file:";
    constexpr std::string_view events = "events:";
    constexpr std::string_view stall = "stall:";
    if (word == "off") {
        chosen.enabled = false;
    } else if (word == "stall") {
        chosen.stall_limit = default_stall_limit;
    } else if (word.starts_with(stall)) {
        chosen.stall_limit = milliseconds(word, word.substr(stall.size()));
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
