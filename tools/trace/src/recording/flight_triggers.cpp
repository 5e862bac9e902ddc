// SPDX-License-Identifier: BSL-1.0
#include "recording/flight_triggers.hpp"

#include "analysis/fail_on.hpp"
#include "error.hpp"
#include "output/table.hpp"
#include "recording/clock.hpp"
#include "recording/ownership.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::size_t most_open_spans = 100'000;
constexpr std::size_t events_at_once = 65'536;

void add_condition(flight_conditions& to, std::string_view text, std::string_view option) {
    const auto sign = text.find('>');
    const auto name = text.substr(0, sign);
    const auto limit = sign == std::string_view::npos ? 0 : parse_duration(text.substr(sign + 1));
    if (name == "stall" && limit != 0) {
        to.stall = limit;
    } else if (name == "span" && limit != 0) {
        to.span = limit;
    } else if (text == "exception") {
        to.exception = true;
    } else if (text == "lost") {
        to.lost = true;
    } else if (text == "snapshot") {
        to.snapshot = true;
    } else if (text == "exit!=0" && option == flight_option) {
        to.failed = true;
    } else if (text == "signal" && option == flight_option) {
        to.signalled = true;
    } else {
        throw bad_usage(
            std::string(option) + ": " + std::string(text) +
            " is not known; known are stall>DURATION, span>DURATION, exception, lost, snapshot" +
            (option == flight_option ? ", exit!=0, signal" : ""));
    }
}

// How long a tick is, by the begin of the runtime and now.
double rate_of(const trace::header& header) {
    const auto now = clock_now(header.ticks);
    const auto ticks = static_cast<double>(now.ticks - header.started.ticks);
    const auto time = static_cast<double>(now.monotonic - header.started.monotonic);
    return ticks > 0 && time > 0 ? time / ticks : 1;
}

std::string fiber_text(std::uint64_t fiber) {
    return "fiber #" + std::to_string(static_cast<std::uint32_t>(fiber));
}

}  // namespace

flight_conditions parse_flight_conditions(std::string_view text, std::string_view option) {
    flight_conditions made;
    while (!text.empty()) {
        const auto length = text.find(',');
        add_condition(made, text.substr(0, length), option);
        text.remove_prefix(length == std::string_view::npos ? text.size() : length + 1);
    }
    return made;
}

flight_triggers::flight_triggers(const mapped_memory& memory, const flight_conditions& on)
    : memory_(memory),
      on_(on),
      ring_(memory),
      nanoseconds_per_tick_(rate_of(memory.header())),
      snapshots_(memory.loop().snapshots) {}

std::optional<std::string> flight_triggers::step() {
    const auto loop = memory_.loop();
    if (auto found = look_at_request(loop)) {
        return found;
    }
    if (auto found = look_at_loop(loop)) {
        return found;
    }
    for (const auto until = ring_.head(); ring_.next() < until;) {
        events_.clear();
        ring_.read(events_, events_at_once);
        for (const auto& each : events_) {
            if (auto found = look_at(each)) {
                return found;
            }
        }
    }
    return std::nullopt;
}

// Not by its event: that may have been overwritten, or not recorded.
std::optional<std::string> flight_triggers::look_at_request(const trace::loop& loop) {
    if (loop.snapshots == snapshots_) {
        return std::nullopt;
    }
    snapshots_ = loop.snapshots;
    if (!on_.snapshot) {
        return std::nullopt;
    }
    const auto why = memory_.string(loop.snapshot_text);
    return "the program asked for a snapshot" + (why.empty() ? "" : ": " + printable(why));
}

std::optional<std::string> flight_triggers::look_at_loop(const trace::loop& loop) {
    const auto now = monotonic_now();
    if (loop.running == 0 || loop.running != running_ || loop.switches != switches_) {
        running_ = loop.running;
        switches_ = loop.switches;
        since_ = now;
        return std::nullopt;
    }
    if (on_.stall == 0 || now - since_ <= on_.stall) {
        return std::nullopt;
    }
    return fiber_text(running_) + " keeps the loop for more than " + duration_text(on_.stall);
}

std::optional<std::string> flight_triggers::look_at(const trace::event& next) {
    using trace::event_type;
    switch (next.type) {
        case event_type::span_began:
            if (spans_.size() < most_open_spans) {
                spans_[next.object] = next.time;
            }
            return std::nullopt;
        case event_type::span_ended: return end_of_span(next);
        case event_type::ended:
            return on_.exception && next.sub == static_cast<int>(trace::ended_by::exception)
                       ? std::optional(fiber_text(next.fiber) + " ended by an exception")
                       : std::nullopt;
        case event_type::result_lost:
            // It comes before the end of the fiber, whose result is already forgotten then.
            if (on_.exception) {
                return fiber_text(next.fiber) + " ended by an exception that nobody asked for";
            }
            [[fallthrough]];
        case event_type::handle_lost:
            return on_.lost ? std::optional("what " + fiber_text(next.fiber) + " did was lost")
                            : std::nullopt;
        default: return std::nullopt;
    }
}

std::optional<std::string> flight_triggers::end_of_span(const trace::event& next) {
    const auto began = spans_.extract(next.object);
    if (began.empty() || on_.span == 0) {
        return std::nullopt;
    }
    const auto took = static_cast<double>(next.time - began.mapped()) * nanoseconds_per_tick_;
    if (took <= static_cast<double>(on_.span)) {
        return std::nullopt;
    }
    return "a span of " + fiber_text(next.fiber) + " took " +
           duration_text(static_cast<std::uint64_t>(took));
}

}  // namespace weft::trace_tool
