// SPDX-License-Identifier: BSL-1.0
#include "analysis/fail_on.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "error.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {

namespace {

using kind = finding::kind;

constexpr std::array kinds{kind::stall,        kind::deadlock,     kind::leak,
                           kind::lost_result,  kind::delay,        kind::contention,
                           kind::cancellation, kind::lost_events,  kind::futile_wakes,
                           kind::long_hold,    kind::held_at_exit, kind::lock_order};

bool has_duration(kind of) {
    return of == kind::stall || of == kind::delay || of == kind::contention ||
           of == kind::cancellation || of == kind::long_hold;
}

fail_condition parse_condition(std::string_view text) {
    const auto sign = text.find('>');
    const auto name = text.substr(0, sign);
    const auto found = std::ranges::find(kinds, name, name_of);
    if (found == kinds.end()) {
        throw bad_usage("--fail-on: " + std::string(name) + " is not known; known are " +
                        std::string(known_conditions));
    }
    if (sign == std::string_view::npos) {
        return {*found, 0};
    }
    if (!has_duration(*found)) {
        throw bad_usage("--fail-on: " + std::string(name) + " takes no duration");
    }
    return {*found, parse_duration(text.substr(sign + 1))};
}

}  // namespace

std::uint64_t parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> units{
        {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}}};
    const auto digits = text.find_first_not_of("0123456789");
    const auto number = parse_number(text.substr(0, digits));
    for (const auto& [unit, nanoseconds] : units) {
        const bool fits = number && *number > 0 &&
                          *number <= std::numeric_limits<std::uint64_t>::max() / nanoseconds;
        if (fits && digits != std::string_view::npos && text.substr(digits) == unit) {
            return *number * nanoseconds;
        }
    }
    throw bad_usage(std::string(text) + " is no duration such as 100ms");
}

std::vector<fail_condition> parse_fail_on(std::string_view text) {
    std::vector<fail_condition> conditions;
    while (!text.empty()) {
        const auto length = text.find(',');
        conditions.push_back(parse_condition(text.substr(0, length)));
        text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    }
    return conditions;
}

}  // namespace weft::trace_tool
