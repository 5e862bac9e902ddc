// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace weft::testing::detail {

/// What happened in a simulation, in order: the same for the same seed. Kept as numbers and written
/// out when somebody asks.
class event_trace {
public:
    static constexpr std::uint64_t no_amount = static_cast<std::uint64_t>(-1);

    /// \param most  events kept; later ones are only counted.
    explicit event_trace(std::size_t most) : most_(most) {}

    /// \param subject  the number of a socket; 0: none. \param what  a literal.
    void add(clock::time_point now, const char* what, int subject, std::uint64_t amount = no_amount,
             std::string text = {});

    /// A line each: time, fiber, event.
    [[nodiscard]] std::string text() const;

    /// The last `count` lines.
    [[nodiscard]] std::string last(std::size_t count) const;

    [[nodiscard]] std::size_t size() const noexcept { return events_.size() + dropped_; }

private:
    struct event {
        std::int64_t time;
        const char* what;
        std::uint64_t amount;
        std::uint32_t fiber;
        std::int32_t subject;
        std::int32_t words;  // in texts_; -1: none
    };

    std::uint32_t number_of_fiber();
    [[nodiscard]] std::string line(const event& shown) const;

    std::size_t most_;
    std::size_t dropped_ = 0;
    std::vector<event> events_;
    std::vector<std::string> texts_;
    // Ids of fibers are those of the process; here they are counted as they appear.
    std::unordered_map<std::uint64_t, std::uint32_t> fibers_;
    std::uint64_t last_id_ = 0;
    std::uint32_t last_number_ = 0;
};

}  // namespace weft::testing::detail
