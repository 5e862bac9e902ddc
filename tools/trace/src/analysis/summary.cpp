// SPDX-License-Identifier: BSL-1.0
#include "analysis/summary.hpp"

#include <algorithm>
#include <numeric>

#include "analysis/playback.hpp"
#include "recording/recording_error.hpp"

namespace weft::trace_tool {

namespace {

class summarizer final : public playback_listener {
public:
    explicit summarizer(summary& made) : made_(made) {}

    void on_chunk(const chunk& read) override {
        made_.program = read.program;
        made_.gaps += read.gaps.size();
        made_.modules = read.modules;
        made_.constants.insert(read.constants.begin(), read.constants.end());
        made_.stacks.insert(read.stacks.begin(), read.stacks.end());
        if (first_) {
            made_.first_rows = read.rows;
        }
        first_ = false;
        made_.last_rows = read.rows;
        for (const auto& row : read.rows) {
            learn(row);
        }
    }

    void on_event(const trace::event& next, const chunk& in) override {
        auto& fiber = at(next.fiber);
        switch (next.type) {
            case trace::event_type::spawned:
                fiber = {.fiber = next.fiber, .spawned = true};
                fiber.site = text(in, next.x) + ":" + std::to_string(next.aux);
                fiber.parent = static_cast<std::uint32_t>(next.object);
                break;
            case trace::event_type::named: fiber.name = text(in, next.x); break;
            case trace::event_type::ended:
                fiber.ended = true;
                fiber.how = static_cast<trace::ended_by>(next.sub);
                break;
            case trace::event_type::result_lost:
                made_.lost.push_back({next.fiber, false, text(in, next.x), next.time});
                break;
            case trace::event_type::handle_lost:
                made_.lost.push_back({next.fiber, true, {}, next.time});
                break;
            case trace::event_type::stalled:
                made_.stalls.push_back({next.fiber, static_cast<trace::stall_cause>(next.sub),
                                        next.aux, next.x, next.stack, next.object, next.time});
                break;
            default: break;
        }
    }

    void on_interval(const interval& done) override {
        auto& fiber = at(done.fiber);
        const auto took = done.ticks();
        switch (done.what) {
            case activity::running: add_run(fiber, done); break;
            case activity::ready: add_ready(fiber, done); break;
            case activity::unknown: fiber.unknown += took; break;
            case activity::waiting:
                fiber.waiting[done.reason] += took;
                made_.places[{done.stack, done.reason}].add(took);
                add_wait(done);
                break;
        }
    }

private:
    fiber_summary& at(std::uint32_t fiber) {
        auto& found = made_.fibers[fiber];
        found.fiber = fiber;
        return found;
    }

    static std::string text(const chunk& in, std::uint32_t number) {
        const auto found = in.strings.find(number);
        return found == in.strings.end() ? std::string() : found->second;
    }

    void learn(const trace::fiber_row& row) {
        auto& fiber = at(static_cast<std::uint32_t>(row.id));
        if (row.name[0] != '\0') {
            fiber.name = row.name.data();
        } else if (row.kind == trace::fiber_kind::root && fiber.name.empty()) {
            fiber.name = "root";
        }
        if (fiber.site.empty()) {
            fiber.site = site_of(row, made_.constants);
        }
        fiber.parent = static_cast<std::uint32_t>(row.parent);
    }

    void add_run(fiber_summary& fiber, const interval& done) {
        fiber.running += done.ticks();
        ++fiber.switches;
        if (done.ticks() > fiber.longest_run) {
            fiber.longest_run = done.ticks();
            fiber.longest_run_at = done.begin;
        }
        if (!done.cut) {
            made_.runs.add(done.ticks());
        }
    }

    void add_ready(fiber_summary& fiber, const interval& done) {
        fiber.ready += done.ticks();
        if (done.ticks() > fiber.longest_ready) {
            fiber.longest_ready = done.ticks();
            fiber.longest_ready_at = done.begin;
        }
        if (!done.cut) {
            made_.ready.add(done.ticks());
        }
    }

    void add_wait(const interval& done) {
        if (done.cut) {
            ++made_.excluded_waits;
            return;
        }
        made_.waits[done.reason].add(done.ticks());
        made_.wakes[{done.woken_by, done.fiber}].add(done.ticks());
    }

    summary& made_;
    bool first_ = true;
};

}  // namespace

std::uint64_t fiber_summary::waiting_total() const noexcept {
    return std::accumulate(waiting.begin(), waiting.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& each) { return sum + each.second; });
}

std::string summary::reason_name(std::uint8_t reason) const {
    if (reason < program.reasons.size() && !program.reasons[reason].empty()) {
        return program.reasons[reason];
    }
    return "reason " + std::to_string(reason);
}

std::string summary::fiber_name(std::uint32_t fiber) const {
    if (fiber == 0) {
        return "loop";
    }
    const auto found = fibers.find(fiber);
    if (found != fibers.end() && !found->second.name.empty()) {
        return found->second.name;
    }
    if (found != fibers.end() && !found->second.site.empty()) {
        return found->second.site;
    }
    return "#" + std::to_string(fiber);
}

std::string site_of(const trace::fiber_row& row,
                    const std::map<std::uint64_t, std::string>& constants) {
    const auto found = constants.find(row.spawn_file);
    if (found == constants.end() || found->second.empty()) {
        return {};
    }
    return found->second + ":" + std::to_string(row.spawn_line);
}

summary summarize(const std::filesystem::path& file) {
    summary made;
    summarizer listener(made);
    made.file = play(file, listener);
    made.scale = tick_scale(made.file.began, made.file.ended);
    made.fibers.erase(0);
    return made;
}

}  // namespace weft::trace_tool
