// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recording/chunk.hpp"
#include "recording/file_writer.hpp"
#include "support/temporary_file.hpp"

namespace weft::test {

inline constexpr std::uint8_t sleeping = 1;
inline constexpr std::uint8_t joining = 2;
inline constexpr std::uint8_t locking = 3;
inline constexpr std::uint8_t receiving = 4;
inline constexpr std::uint8_t on_worker = 5;  ///< if the test adds its name

/// A recording that a test tells event by event. A tick is a microsecond.
class recorded_story {
public:
    explicit recorded_story(std::uint64_t begin = 0) {
        told_.began = {begin, begin * 1000, 0};
        told_.program.name = "story";
        told_.program.engine = "native";
        told_.program.reasons = {"nothing", "sleep", "join", "mutex", "channel, receive"};
    }

    recorded_story& spawned(std::uint64_t time, std::uint32_t fiber, std::uint16_t line = 10) {
        return add({time, fiber, trace::event_type::spawned, 0, line, text("a.cpp"), 0, 0});
    }
    recorded_story& named(std::uint64_t time, std::uint32_t fiber, const std::string& name) {
        return add({time, fiber, trace::event_type::named, 0, 0, text(name), 0, 0});
    }
    /// The fiber gives way to `to` for a wait reason or one of `leave`.
    recorded_story& left(std::uint64_t time, std::uint32_t fiber, std::uint8_t why,
                         std::uint32_t to, std::uint64_t object = 0, std::uint32_t stack = 0) {
        return add({time, fiber, trace::event_type::switched, why, 0, to, stack, object});
    }
    recorded_story& loop_ran(std::uint64_t time, std::uint32_t to) {
        return left(time, 0, trace::leave_idle, to);
    }
    recorded_story& woken(std::uint64_t time, std::uint32_t fiber, std::uint8_t reason,
                          std::uint32_t by = 0) {
        return add({time, fiber, trace::event_type::woken, reason, 0, by, 0, 0});
    }
    recorded_story& add(const trace::event& next) {
        told_.events.push_back(next);
        return *this;
    }
    recorded_story& gap(std::uint64_t lost) {
        told_.gaps.push_back({told_.events.size(), lost});
        return *this;
    }

    [[nodiscard]] std::uint32_t text(const std::string& said) {
        for (const auto& [number, known] : told_.strings) {
            if (known == said) {
                return number;
            }
        }
        const auto number = static_cast<std::uint32_t>(told_.strings.size() + 1);
        told_.strings[number] = said;
        return number;
    }

    [[nodiscard]] trace_tool::chunk& told() { return told_; }

    /// Writes it; the recording ended at this time.
    void write(const temporary_file& file, std::uint64_t end) {
        told_.ended = {end, end * 1000, 0};
        trace_tool::file_writer out(file.path());
        out.write(told_);
        if (last_rows.empty()) {
            out.finish();
            return;
        }
        trace_tool::chunk last;
        last.program = told_.program;
        last.began = last.ended = told_.ended;
        last.rows = last_rows;
        last.constants = told_.constants;
        last.strings = told_.strings;
        last.stacks = told_.stacks;
        last.objects = last_objects;
        out.write(last);
        out.finish();
    }

    std::vector<trace::fiber_row> last_rows;  ///< the fibers at the end
    std::vector<trace::object_row> last_objects;

private:
    trace_tool::chunk told_;
};

}  // namespace weft::test
