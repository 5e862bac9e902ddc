// SPDX-License-Identifier: BSL-1.0
#include "analysis/summary.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <numeric>

#include "analysis/playback.hpp"
#include "recording/own_events.hpp"
#include "recording/recording_error.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::size_t most_objects = 100'000;  // then those that come first are kept
constexpr std::size_t most_cancellations = 100'000;
constexpr std::size_t most_span_names = 10'000;   // as well
constexpr std::size_t most_open_spans = 100'000;  // at a time

class summarizer final : public playback_listener {
public:
    explicit summarizer(summary& made)
        : made_(made), tally_(made.counted), locks_(made.locks), runs_(made.longest_runs) {}

    void on_chunk(const chunk& read) override {
        made_.program = read.program;
        made_.gaps += read.gaps.size();
        made_.modules = read.modules;
        made_.constants.insert(read.constants.begin(), read.constants.end());
        learn(read.objects, read);
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
        tally_.add(next, in);
        locks_.add(next);
        auto& fiber = at(next.fiber);
        if (next.type == sampled) {  // no value of the enumeration
            made_.samples[{next.fiber, next.stack}] += next.x;
            return;
        }
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
                end_cancellations(next);
                break;
            case trace::event_type::result_lost:
                made_.lost.push_back({next.fiber, false, text(in, next.x), next.time});
                break;
            case trace::event_type::handle_lost:
                made_.lost.push_back({next.fiber, true, {}, next.time});
                break;
            case trace::event_type::cancel_asked: ask_to_cancel(next); break;
            case trace::event_type::cancel_seen: see_cancellation(next); break;
            case trace::event_type::span_began: begin_span(next, in); break;
            case trace::event_type::span_ended: end_span(next); break;
            case trace::event_type::stalled:
                made_.stalls.push_back({next.fiber, static_cast<trace::stall_cause>(next.sub),
                                        next.aux, next.x, next.stack, next.object, next.time});
                break;
            default: break;
        }
    }

    void on_gap(std::uint64_t) override {
        tally_.add_gap();
        locks_.add_gap();
    }

    void finish() { locks_.finish(); }

    void on_interval(const interval& done) override {
        auto& fiber = at(done.fiber);
        const auto took = done.ticks();
        locks_.add(done);
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

    void learn(const std::vector<trace::object_row>& objects, const chunk& in) {
        made_.last_objects = objects;
        for (const auto& each : objects) {
            if (each.name != 0) {
                made_.object_names.insert_or_assign(each.address, text(in, each.name));
            }
        }
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
            runs_.add_longest(done);
        }
        if (!done.cut) {
            made_.runs.add(done.ticks());
        }
    }

    void add_ready(fiber_summary& fiber, const interval& done) {
        fiber.ready += done.ticks();
        runs_.add_ready(done);
        if (done.ticks() > fiber.longest_ready) {
            fiber.longest_ready = done.ticks();
            fiber.longest_ready_at = done.begin;
        }
        if (!done.cut) {
            made_.ready.add(done.ticks());
        }
    }

    void ask_to_cancel(const trace::event& next) {
        auto& of_fiber = cancellations_[next.fiber];
        const auto known = std::ranges::any_of(
            of_fiber, [&](std::size_t at) { return made_.cancellations[at].scope == next.object; });
        if (!known && made_.cancellations.size() < most_cancellations) {
            of_fiber.push_back(made_.cancellations.size());
            made_.cancellations.push_back(
                {.fiber = next.fiber, .by = next.x, .scope = next.object, .asked = next.time});
        }
    }

    void see_cancellation(const trace::event& next) {
        const auto of_fiber = cancellations_.find(next.fiber);
        if (of_fiber == cancellations_.end()) {
            return;  // it was asked for before the recording
        }
        for (const auto at : of_fiber->second) {
            auto& each = made_.cancellations[at];
            if (each.scope == next.object) {
                each.seen = each.seen == 0 ? next.time : each.seen;
                ++each.times;
            }
        }
    }

    void end_cancellations(const trace::event& next) {
        const auto of_fiber = cancellations_.extract(next.fiber);
        if (!of_fiber.empty()) {
            for (const auto at : of_fiber.mapped()) {
                made_.cancellations[at].ended = next.time;
            }
        }
    }

    void begin_span(const trace::event& next, const chunk& in) {
        if (open_spans_.size() < most_open_spans) {
            open_spans_[next.object] = {text(in, next.x), next.time};
        }
    }

    void end_span(const trace::event& next) {
        const auto began = open_spans_.extract(next.object);
        if (began.empty()) {
            return;  // it began before the recording
        }
        const auto& [name, time] = began.mapped();
        if (made_.spans.size() < most_span_names || made_.spans.contains(name)) {
            made_.spans[name].add(next.time > time ? next.time - time : 0);
        }
    }

    void add_object(const interval& done) {
        if (done.object == 0 ||
            (made_.objects.size() >= most_objects && !made_.objects.contains(done.object))) {
            return;
        }
        auto& object = made_.objects[done.object];
        object.reason = done.reason;
        ++object.waits;
        object.ticks += done.ticks();
        if (done.ticks() >= object.longest) {
            object.longest = done.ticks();
            object.longest_fiber = done.fiber;
        }
    }

    void add_wait(const interval& done) {
        if (done.cut) {
            ++made_.excluded_waits;
            return;
        }
        made_.waits[done.reason].add(done.ticks());
        made_.wakes[{done.woken_by, done.fiber}].add(done.ticks());
        add_object(done);
    }

    summary& made_;
    tally_taker tally_;
    lock_tracker locks_;
    long_run_tracker runs_;
    std::unordered_map<std::uint64_t, std::pair<std::string, std::uint64_t>> open_spans_;
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> cancellations_;  // of living fibers
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

std::string summary::object_label(std::uint64_t object, std::uint8_t reason) const {
    if (const auto found = object_names.find(object); found != object_names.end()) {
        return '"' + found->second + '"';
    }
    const auto how = reason_name(reason);
    if (how == "reading" || how == "writing") {
        return "descriptor " + std::to_string(object);
    }
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, object);
    return text;
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

std::string summary::numbered_name(std::uint32_t fiber) const {
    return "#" + std::to_string(fiber) + " " + fiber_name(fiber);
}

std::string site_of(const trace::fiber_row& row,
                    const std::map<std::uint64_t, std::string>& constants) {
    const auto found = constants.find(row.spawn_file);
    if (found == constants.end() || found->second.empty()) {
        return {};
    }
    return found->second + ":" + std::to_string(row.spawn_line);
}

namespace {

// The recording begins and ends where the window does.
void cut_to(const time_window& window, summary& made) {
    const auto at = [&](std::uint64_t nanoseconds) {
        const auto ticks = made.scale.ticks_at(nanoseconds);
        const auto& origin = made.file.began;
        const auto later = made.scale.duration(ticks - origin.ticks);
        return trace::clock_anchor{ticks, origin.monotonic + later, origin.real + later};
    };
    const auto whole = made.scale.duration(made.file.ended.ticks - made.file.began.ticks);
    const auto end = at(std::min(window.end, whole));
    made.file.began = at(std::min(window.begin, whole));
    made.file.ended = end;
    made.scale = tick_scale(made.file.began, made.file.ended);
}

}  // namespace

summary summarize(const std::filesystem::path& file, const time_window& window) {
    summary made;
    summarizer listener(made);
    made.window = window;
    made.file = play(file, listener, window);
    listener.finish();
    made.scale = tick_scale(made.file.began, made.file.ended);
    if (!window.whole()) {
        cut_to(window, made);
    }
    made.fibers.erase(0);
    return made;
}

}  // namespace weft::trace_tool
