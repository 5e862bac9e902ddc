// SPDX-License-Identifier: BSL-1.0
#include "analysis/life.hpp"

#include <algorithm>

#include "analysis/playback.hpp"
#include "error.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {

namespace {

class collector final : public playback_listener {
public:
    explicit collector(lives& made)
        : made_(made), works_([this](const work& ended) { made_.works[ended.fiber].add(ended); }) {}

    void on_chunk(const chunk&) override {}

    void on_event(const trace::event& next, const chunk& in) override {
        works_.add(next, in);
        switch (next.type) {
            case trace::event_type::span_began: {
                const auto name = in.strings.find(next.x);
                open_[next.object] = {next.fiber,
                                      name == in.strings.end() ? std::string() : name->second,
                                      next.time, 0};
                break;
            }
            case trace::event_type::span_ended: end_span(next); break;
            case trace::event_type::woken_in_vain:
                made_.vain[next.fiber].push_back(next.time);
                break;
            case trace::event_type::job_queued:
                made_.jobs[next.fiber].push_back({next.time, 0, 0});
                break;
            case trace::event_type::job_started:
            case trace::event_type::job_ended: add_to_job(next); break;
            case trace::event_type::lock_contended:
            case trace::event_type::lock_received:
                made_.lock_owners[next.object][next.time] =
                    next.type == trace::event_type::lock_received ? next.fiber : next.x;
                break;
            default: break;
        }
    }

    void on_interval(const interval& done) override {
        made_.of[done.fiber].push_back(done);
        if (done.what == activity::running) {
            made_.runs.push_back(done);
        }
    }

    void on_gap(std::uint64_t) override { works_.add_gap(); }

    void finish() {
        works_.finish();
        for (auto& [fiber, works] : made_.works) {
            works.sort();
        }
    }

private:
    void end_span(const trace::event& next) {
        const auto span = open_.find(next.object);
        if (span != open_.end()) {
            span->second.end = next.time;
            made_.spans.push_back(std::move(span->second));
            open_.erase(span);
        }
    }

    // A fiber has one job at a time.
    void add_to_job(const trace::event& next) {
        const auto jobs = made_.jobs.find(next.fiber);
        if (jobs != made_.jobs.end()) {
            auto& job = jobs->second.back();
            (next.type == trace::event_type::job_started ? job.started : job.ended) = next.time;
        }
    }

    lives& made_;
    work_tracker works_;
    std::unordered_map<std::uint64_t, stretch> open_;
};

stretch whole_life(std::uint32_t fiber, const summary& in, const lives& all) {
    const auto found = all.of.find(fiber);
    if (found == all.of.end() || found->second.empty()) {
        throw bad_usage("fiber #" + std::to_string(fiber) + " is not in this recording");
    }
    return {fiber, in.fiber_name(fiber), found->second.front().begin, found->second.back().end};
}

const stretch* longest_span(const std::string& name, const lives& all) {
    const stretch* longest = nullptr;
    for (const auto& span : all.spans) {
        if (span.name == name &&
            (longest == nullptr || span.end - span.begin > longest->end - longest->begin)) {
            longest = &span;
        }
    }
    return longest;
}

}  // namespace

lives read_lives(const std::filesystem::path& file) {
    lives made;
    collector listener(made);
    play(file, listener);
    listener.finish();
    return made;
}

stretch find_stretch(const std::string& asked, const summary& in, const lives& all) {
    const auto digits = asked.starts_with('#') ? asked.substr(1) : asked;
    if (const auto number = parse_number(digits)) {
        return whole_life(static_cast<std::uint32_t>(*number), in, all);
    }
    if (const auto* span = longest_span(asked, all)) {
        return *span;
    }
    for (const auto& [id, fiber] : in.fibers) {
        if (fiber.name == asked) {
            return whole_life(id, in, all);
        }
    }
    throw bad_usage("no fiber and no span is called " + asked + " in this recording");
}

}  // namespace weft::trace_tool
