// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "memory/mapped_memory.hpp"
#include "recording/ring_reader.hpp"

namespace weft::trace_tool {

/// On what a flight recorder writes down what happened before.
struct flight_conditions {
    std::uint64_t stall = 0;  ///< a fiber keeps the loop for longer: ns; 0: not on that
    std::uint64_t span = 0;   ///< a span took longer: ns; 0: not on that
    bool exception = false;   ///< a fiber ended by an exception
    bool lost = false;        ///< a failure that nobody asked for, or a fiber that never ran
    bool snapshot = false;    ///< the program calls weft::trace::snapshot()
    bool failed = false;      ///< it ends with another exit code than 0, or by a signal; who knows
                              ///< the process looks for this and the next
    bool signalled = false;   ///< the recorder gets SIGUSR1
};

/// For people.
inline constexpr std::string_view known_flight_conditions =
    "stall>50ms, span>1s, exception, lost, snapshot";

inline constexpr std::string_view flight_option = "--trigger";

/// `stall>50ms,span>1s,exception,lost,snapshot`; of a flight also `exit!=0` and `signal`.
/// \throws bad_usage
[[nodiscard]] flight_conditions parse_flight_conditions(std::string_view text,
                                                        std::string_view option = flight_option);

/// Watches a runtime for them.
///
/// Reads the events as they come, but keeps none. Those that are overwritten before it sees them
/// are not looked at, so a condition on events may be missed then; a stall is not.
class flight_triggers {
public:
    /// \param memory  outlives it.
    flight_triggers(const mapped_memory& memory, const flight_conditions& on);

    /// What has happened since the last call, for people; nothing if none of the conditions holds.
    [[nodiscard]] std::optional<std::string> step();

private:
    [[nodiscard]] std::optional<std::string> look_at_request(const trace::loop& loop);
    [[nodiscard]] std::optional<std::string> look_at_loop(const trace::loop& loop);
    [[nodiscard]] std::optional<std::string> look_at(const trace::event& next);
    [[nodiscard]] std::optional<std::string> end_of_span(const trace::event& next);

    const mapped_memory& memory_;
    flight_conditions on_;
    ring_reader ring_;
    std::vector<trace::event> events_;
    std::unordered_map<std::uint64_t, std::uint64_t> spans_;  // number, begin: ticks
    double nanoseconds_per_tick_;
    std::uint64_t running_ = 0;  // the fiber, its switch, and since when it was seen to run
    std::uint64_t switches_ = 0;
    std::uint64_t since_ = 0;
    std::uint64_t snapshots_;  // that the program has asked for before
};

}  // namespace weft::trace_tool
