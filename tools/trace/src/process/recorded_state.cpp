// SPDX-License-Identifier: BSL-1.0
#include "process/recorded_state.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "recording/file_reader.hpp"
#include "recording/recording_error.hpp"

namespace weft::trace_tool {

namespace {

template <std::size_t Size>
void put(std::array<char, Size>& into, const std::string& text) {
    text.copy(into.data(), into.size() - 1);
}

trace::header header_of(const program_info& program) {
    trace::header made{};
    made.process = program.process;
    made.thread = program.thread;
    made.process_started = program.process_started;
    made.ticks = program.ticks;
    made.virtual_time = program.virtual_time ? 1 : 0;
    put(made.program, program.name);
    put(made.engine, program.engine);
    for (std::size_t i = 0; i < std::min(program.reasons.size(), made.reasons.size()); ++i) {
        put(made.reasons[i], program.reasons[i]);
    }
    return made;
}

// The rows are of the begin of a chunk, the objects of the end of the one before.
runtime_state state_of(const chunk& with_rows, const chunk& with_objects) {
    runtime_state made{header_of(with_rows.program), {}, with_rows.rows, {}};
    for (auto& row : made.fibers) {
        row.version = static_cast<std::uint32_t>(row.waits);  // rises with each wait, as it did
    }
    made.loop.live = made.loop.rows_used = made.fibers.size();
    made.now = with_rows.began.monotonic;
    if (with_rows.program.virtual_time) {
        made.now = 0;
        for (const auto& row : made.fibers) {
            made.now = std::max(made.now, row.since);
        }
    }
    for (const auto& row : with_objects.objects) {
        const auto name = with_objects.strings.find(row.name);
        made.objects.push_back(
            {row, name == with_objects.strings.end() ? std::string() : name->second});
    }
    return made;
}

// The last chunks, and why there are no more.
struct tail {
    std::optional<chunk> before;
    std::optional<chunk> last;
    trace::clock_anchor began{};
    bool complete = false;
};

tail tail_of(const std::filesystem::path& file) {
    file_reader reader(file);
    tail found;
    try {
        while (auto next = reader.next()) {
            found.began = found.last ? found.began : next->began;
            found.before = std::exchange(found.last, std::move(next));
        }
        found.complete = reader.complete();
    } catch (const recording_error&) {
        if (!found.last) {
            throw;
        }
    }
    if (!found.last) {
        throw recording_error(file.string() + ": it has no whole chunk");
    }
    return found;
}

}  // namespace

recorded_state read_recorded_state(const std::filesystem::path& file) {
    auto found = tail_of(file);
    // A recording that was finished ends with a chunk that is only there for its rows.
    const chunk& objects = found.complete || !found.before ? *found.last : *found.before;
    recorded_state made;
    made.end = state_of(*found.last, objects);
    made.end.header.started = found.began;
    made.end.loop.latest = found.last->began;
    if (found.before) {
        made.before = state_of(*found.before, objects);
    }
    made.constants = std::move(found.last->constants);
    made.stacks = std::move(found.last->stacks);
    made.modules = std::move(found.last->modules);
    made.note = found.complete ? "as it was at the end of the recording"
                               : "as it was in the last second of a recording that was cut off";
    return made;
}

}  // namespace weft::trace_tool
