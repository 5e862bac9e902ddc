// SPDX-License-Identifier: BSL-1.0
#include "analysis/playback.hpp"

#include <algorithm>

#include "analysis/interval_builder.hpp"
#include "analysis/tick_scale.hpp"
#include "recording/recording_error.hpp"

namespace weft::trace_tool {

namespace {

/// What the fibers did when the chunk began. Its rows may have been read later than that, if the
/// events were in the ring before: then only of those that had not moved for long is it known.
std::vector<trace::fiber_row> rows_at_begin(const chunk& in) {
    constexpr std::uint64_t late = 1'000'000;  // ns
    constexpr std::uint64_t margin =
        1'000'000'000;  // times of rows are those of a turn of the loop
    auto rows = in.rows;
    const auto began = in.began.monotonic;
    const bool are_later =
        !in.program.virtual_time &&
        std::ranges::any_of(rows, [&](const auto& row) { return row.since > began + late; });
    for (auto& row : rows) {
        if (are_later && row.since + margin > began) {
            row.state = trace::row_state::created;  // of which nothing is concluded
        }
    }
    return rows;
}

class player {
public:
    explicit player(playback_listener& to)
        : to_(to), lives_([this](const interval& done) { to_.on_interval(done); }) {}

    void play(const chunk& read) {
        to_.on_chunk(read);
        if (first_) {
            const auto event = read.events.empty() ? read.began.ticks : read.events.front().time;
            lives_.begin(std::min(read.began.ticks, event), rows_at_begin(read));
            first_ = false;
        }
        auto gap = read.gaps.begin();
        for (std::size_t i = 0; i < read.events.size(); ++i) {
            for (; gap != read.gaps.end() && gap->before <= i; ++gap) {
                skip(*gap);
            }
            begin_again(read.events[i]);
            lives_.add(read.events[i]);
            to_.on_event(read.events[i], read);
        }
        for (; gap != read.gaps.end(); ++gap) {
            skip(*gap);
        }
    }

    void finish(std::uint64_t time) { lives_.finish(time); }

private:
    // Between the end of one recording and the begin of the next in the same ring nothing was
    // written, and nothing is known.
    void begin_again(const trace::event& next) {
        if (next.type == trace::event_type::started && any_) {
            lives_.add_gap();
        }
        any_ = true;
    }

    void skip(const gap& missing) {
        lives_.add_gap();
        to_.on_gap(missing.lost);
    }

    playback_listener& to_;
    interval_builder lives_;
    bool first_ = true;
    bool any_ = false;
};

/// Passes on what is in a window.
class window_listener final : public playback_listener {
public:
    window_listener(playback_listener& to, const time_window& window, const tick_scale& scale)
        : to_(to), window_(window), scale_(scale) {}

    void on_chunk(const chunk& read) override { to_.on_chunk(read); }
    void on_gap(std::uint64_t lost) override { to_.on_gap(lost); }

    void on_event(const trace::event& next, const chunk& in) override {
        const auto time = scale_.since_begin(next.time);
        const bool names = next.type == trace::event_type::spawned ||
                           next.type == trace::event_type::named ||
                           next.type == trace::event_type::span_began;
        if (time < window_.end && (time >= window_.begin || names)) {
            to_.on_event(next, in);
        }
    }

    void on_interval(const interval& done) override {
        auto part = done;
        if (scale_.since_begin(part.begin) < window_.begin) {
            part.begin = scale_.ticks_at(window_.begin);
            part.cut = true;
        }
        if (scale_.since_begin(part.end) > window_.end) {
            part.end = scale_.ticks_at(window_.end);
            part.cut = true;
        }
        if (part.begin < part.end || (!part.cut && part.begin == part.end)) {
            to_.on_interval(part);
        }
    }

private:
    playback_listener& to_;
    time_window window_;
    tick_scale scale_;
};

survey play_to(const std::filesystem::path& file, playback_listener& to) {
    auto whole = survey_of(file_reader(file));
    file_reader reader(file);
    player playing(to);
    try {
        while (const auto read = reader.next()) {
            playing.play(*read);
        }
    } catch (const recording_error& damaged) {
        whole.damage = damaged.what();
    }
    playing.finish(std::max(whole.ended.ticks, whole.last_time));
    return whole;
}

}  // namespace

survey play(const std::filesystem::path& file, playback_listener& to, const time_window& window) {
    if (window.whole()) {
        return play_to(file, to);
    }
    const auto whole = survey_of(file_reader(file));
    window_listener part(to, window, tick_scale(whole.began, whole.ended));
    return play_to(file, part);
}

}  // namespace weft::trace_tool
