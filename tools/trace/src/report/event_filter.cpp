// SPDX-License-Identifier: BSL-1.0
#include "report/event_filter.hpp"

#include <algorithm>

#include "analysis/fail_on.hpp"
#include "error.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {

namespace {

std::uint64_t number_or_duration(std::string_view text) {
    const auto number = parse_number(text);
    return number ? *number : parse_duration(text);
}

}  // namespace

event_filter::event_filter(std::string_view text) {
    while (!text.empty()) {
        const auto length = text.find(',');
        conditions_.push_back(parse(text.substr(0, length)));
        text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    }
}

event_filter::condition event_filter::parse(std::string_view text) {
    const auto sign = text.find_first_of("=!~<>");
    const bool unequal = sign != std::string_view::npos && text.substr(sign, 2) == "!=";
    if (sign == 0 || sign == std::string_view::npos || (text[sign] == '!' && !unequal)) {
        throw bad_usage("--filter: " + std::string(text) +
                        " is no condition such as type=woken, from~mutex or time>10ms");
    }
    condition made{std::string(text.substr(0, sign)), relation::equal,
                   std::string(text.substr(sign + (unequal ? 2 : 1))), 0};
    switch (text[sign]) {
        case '!': made.holds = relation::unequal; break;
        case '~': made.holds = relation::part; break;
        case '<': made.holds = relation::less; break;
        case '>': made.holds = relation::more; break;
        default: break;
    }
    if (made.holds == relation::less || made.holds == relation::more) {
        made.number = number_or_duration(made.text);
    }
    return made;
}

bool event_filter::takes(const event_members& shown) const {
    return std::ranges::all_of(conditions_,
                               [&](const condition& each) { return holds(each, shown); });
}

bool event_filter::holds(const condition& asked, const event_members& shown) {
    const auto member = std::ranges::find(shown, asked.member, &event_member::name);
    if (member != shown.end() && compare(asked, member->text)) {
        return true;
    }
    if (asked.member == "fiber" && asked.holds == relation::equal) {
        const auto to = std::ranges::find(shown, "to", &event_member::name);
        return to != shown.end() && to->text == asked.text;
    }
    return false;
}

bool event_filter::compare(const condition& asked, const std::string& text) {
    const auto number = parse_number(text);
    switch (asked.holds) {
        case relation::equal: return text == asked.text;
        case relation::unequal: return text != asked.text;
        case relation::part: return text.find(asked.text) != std::string::npos;
        case relation::less: return number && *number < asked.number;
        case relation::more: return number && *number > asked.number;
    }
    return false;
}

}  // namespace weft::trace_tool
