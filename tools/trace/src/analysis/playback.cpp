// SPDX-License-Identifier: BSL-1.0
#include "analysis/playback.hpp"

#include <algorithm>

#include "analysis/interval_builder.hpp"
#include "recording/recording_error.hpp"

namespace weft::trace_tool {

namespace {

class player {
public:
    explicit player(playback_listener& to)
        : to_(to), lives_([this](const interval& done) { to_.on_interval(done); }) {}

    void play(const chunk& read) {
        to_.on_chunk(read);
        if (first_) {
            const auto event = read.events.empty() ? read.began.ticks : read.events.front().time;
            lives_.begin(std::min(read.began.ticks, event), read.rows);
            first_ = false;
        }
        auto gap = read.gaps.begin();
        for (std::size_t i = 0; i < read.events.size(); ++i) {
            for (; gap != read.gaps.end() && gap->before <= i; ++gap) {
                skip(*gap);
            }
            lives_.add(read.events[i]);
            to_.on_event(read.events[i], read);
        }
        for (; gap != read.gaps.end(); ++gap) {
            skip(*gap);
        }
    }

    void finish(std::uint64_t time) { lives_.finish(time); }

private:
    void skip(const gap& missing) {
        lives_.add_gap();
        to_.on_gap(missing.lost);
    }

    playback_listener& to_;
    interval_builder lives_;
    bool first_ = true;
};

}  // namespace

survey play(const std::filesystem::path& file, playback_listener& to) {
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

}  // namespace weft::trace_tool
