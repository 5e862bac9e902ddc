// SPDX-License-Identifier: BSL-1.0
#include "recording/event_names.hpp"

#include <weft/trace_events.hpp>

#include <algorithm>
#include <utility>

#include "error.hpp"

namespace weft::trace_tool {

namespace {

std::uint32_t class_named(std::string_view word) {
    const auto& names = trace::event_class_names;
    const auto found =
        std::ranges::find(names, word, &std::pair<std::string_view, std::uint32_t>::first);
    if (found == names.end()) {
        std::string known;
        for (const auto& [name, bits] : names) {
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        throw bad_usage("there are no events named " + std::string(word) + "; known are " + known);
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
    return mask;
}

std::string event_classes_text(std::uint32_t mask) {
    std::string text;
    for (const auto& [name, bits] : trace::event_class_names) {
        if (bits != trace::all_events && (mask & bits) == bits) {
            text += (text.empty() ? "" : "+") + std::string(name);
        }
    }
    return text;
}

}  // namespace weft::trace_tool
