// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/interval.hpp"
#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// For which span a fiber works, while a recording is played.
///
/// Invariant: what began before the recording, or while events were lost, is not guessed.
class span_tracker {
public:
    static constexpr const char* none = "[no span]";
    static constexpr const char* not_known = "[not known]";

    /// Every chunk, event and loss of a recording, in order.
    void add(const chunk& read);
    void add(const trace::event& next, const chunk& in);
    void add_gap();

    /// The name of the span in which the fiber is now.
    [[nodiscard]] const std::string& of(std::uint32_t fiber) const;

    /// A stretch for one span.
    struct piece {
        std::string span;
        std::uint64_t ticks;
    };
    /// By span, what an interval consists of that has just ended. A fiber that runs may go from
    /// one to the next.
    [[nodiscard]] std::vector<piece> split(const interval& done);

private:
    struct open_span {
        std::uint64_t number;
        std::string name;
    };
    struct change {
        std::uint64_t time;
        std::string before;
    };
    struct fiber_spans {
        std::string base = none;  // outside of all that are open
        std::vector<open_span> open;
        std::vector<change> changes;  // since it began to run
    };
    fiber_spans& at(std::uint32_t fiber);
    void change_at(std::uint64_t time, std::uint32_t fiber);
    void end(const trace::event& next);

    static constexpr std::size_t most_nested = 1'000;
    static constexpr std::size_t most_changes = 100'000;

    std::unordered_map<std::uint32_t, fiber_spans> fibers_;
    std::string unseen_ = none;  // of fibers of which nothing was told
    bool first_ = true;
};

}  // namespace weft::trace_tool
