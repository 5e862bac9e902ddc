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

constexpr std::array kinds{finding::kind::stall, finding::kind::deadlock, finding::kind::leak,
                           finding::kind::lost_result};

fail_condition parse_condition(std::string_view text) {
    const auto sign = text.find('>');
    const auto name = text.substr(0, sign);
    const auto kind = std::ranges::find(kinds, name, name_of);
    if (kind == kinds.end()) {
        throw bad_usage("--fail-on: " + std::string(name) +
                        " is not known; known are stall>DURATION, deadlock, leak, lost");
    }
    if (sign == std::string_view::npos) {
        return {*kind, 0};
    }
    if (*kind != finding::kind::stall) {
        throw bad_usage("--fail-on: only stall takes a duration, not " + std::string(name));
    }
    return {*kind, parse_duration(text.substr(sign + 1))};
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
