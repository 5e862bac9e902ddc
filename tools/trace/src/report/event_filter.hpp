// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/event_text.hpp"

namespace weft::trace_tool {

/// Which events are shown: those for which all conditions hold, such as
/// `type=woken,from~mutex,time>10ms`.
///
/// A condition is the name of a member as `events` shows it, one of = != ~ < >, and a value; ~ is
/// for a part of it. Numbers may have a unit of time. `fiber=N` is also for the events in which
/// fiber N gets the processor.
class event_filter {
public:
    /// \param text  conditions joined by commas; empty: all events.
    /// \throws bad_usage  naming what is no condition.
    explicit event_filter(std::string_view text);

    [[nodiscard]] bool takes_all() const noexcept { return conditions_.empty(); }
    [[nodiscard]] bool takes(const event_members& shown) const;

private:
    enum class relation { equal, unequal, part, less, more };
    struct condition {
        std::string member;
        relation holds;
        std::string text;
        std::uint64_t number;  // of less and more
    };
    static condition parse(std::string_view text);
    static bool holds(const condition& asked, const event_members& shown);
    static bool compare(const condition& asked, const std::string& text);

    std::vector<condition> conditions_;
};

}  // namespace weft::trace_tool
