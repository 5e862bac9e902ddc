// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_events.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// Something that a library did for a fiber, such as the look-up of a name. Times are ticks.
struct work {
    std::uint32_t fiber = 0;
    std::uint8_t kind = 0;  ///< trace::work_kind
    bool cut = false;       ///< its begin or its end was not seen
    bool remembered = false;
    std::uint32_t failure = 0;  ///< 0: none
    std::uint32_t count = 0;    ///< how much came of it
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string about{};
};

/// `dns` or `tls`; empty if this version does not know it.
[[nodiscard]] std::string_view name_of_work(std::uint8_t kind) noexcept;

/// Puts works together from their events. What is only known in part is cut to the time of which
/// it is known.
class work_tracker {
public:
    /// \param take  gets each work when it ends.
    explicit work_tracker(std::function<void(const work&)> take) : take_(std::move(take)) {}

    /// Every event, also of other types.
    void add(const trace::event& next, const chunk& in);

    /// Events are missing before the next one.
    void add_gap();

    /// The recording ends: what goes on is cut off.
    void finish();

private:
    struct open_work {
        work what;
        bool unsure = false;  // events were lost since
    };
    void begin(const trace::event& next, const chunk& in);
    void end(const trace::event& next);

    static constexpr std::size_t most_open = 100'000;

    std::function<void(const work&)> take_;
    std::unordered_map<std::uint64_t, open_work> open_;  // by number
    std::uint64_t last_time_ = 0;
    std::uint64_t known_since_ = 0;
    bool gap_before_next_ = false;
};

/// The works of one fiber, which nest.
class nested_works {
public:
    void add(const work& ended) { all_.push_back({ended, none}); }

    /// Once all were added.
    void sort();

    /// The innermost that went on at this time; null if there was none.
    [[nodiscard]] const work* at(std::uint64_t time) const noexcept;

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    struct entry {
        work what;
        std::size_t outer;  // index of the one around it
    };
    std::vector<entry> all_;
};

}  // namespace weft::trace_tool
