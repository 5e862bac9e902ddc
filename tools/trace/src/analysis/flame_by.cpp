// SPDX-License-Identifier: BSL-1.0
#include "analysis/flame_by.hpp"

#include <tuple>

#include "analysis/playback.hpp"
#include "analysis/span_tracker.hpp"
#include "recording/own_events.hpp"

namespace weft::trace_tool {

namespace {

/// Adds up by owner and what is below it.
class owner_counter final : public playback_listener {
public:
    owner_counter(flame_owner owner, flame_kind kind, const summary& in)
        : owner_(owner), kind_(kind), in_(in) {}

    void on_chunk(const chunk& read) override { spans_.add(read); }
    void on_gap(std::uint64_t) override { spans_.add_gap(); }

    void on_event(const trace::event& next, const chunk& in) override {
        spans_.add(next, in);
        if (next.type == sampled && kind_ == flame_kind::cpu) {
            constexpr std::uint64_t microsecond = 1000;  // ns
            add(owner_of(next.fiber, spans_.of(next.fiber)), next.fiber, {next.stack, 0},
                next.x * microsecond);
        }
    }

    void on_interval(const interval& done) override {
        if (done.what == activity::waiting && kind_ == flame_kind::wake && !done.cut) {
            add(owner_of(done.fiber, spans_.of(done.fiber)), done.woken_by, {}, 1);
        }
        const auto pieces = spans_.split(done);
        if (kind_ == counted_as(done.what)) {
            for (const auto& piece : pieces) {
                add(owner_of(done.fiber, piece.span), done.fiber,
                    kind_ == flame_kind::wait ? wait_place{done.stack, done.reason} : wait_place{},
                    in_.scale.duration(piece.ticks));
            }
        }
    }

    [[nodiscard]] std::map<std::string, std::uint64_t> paths(frame_names& names) const {
        std::map<std::string, std::uint64_t> made;
        for (const auto& [key, value] : counted_) {
            const auto& [owner, fiber, place] = key;
            made[flame_frame(owner) + ";" + below(fiber, place, names)] += value;
        }
        std::erase_if(made, [](const auto& each) { return each.second == 0; });
        return made;
    }

private:
    // Owner, fiber if it matters, stack and reason.
    using counted_key = std::tuple<std::string, std::uint32_t, wait_place>;

    static flame_kind counted_as(activity what) {
        switch (what) {
            case activity::running: return flame_kind::run;
            case activity::ready: return flame_kind::ready;
            case activity::waiting: return flame_kind::wait;
            case activity::unknown: break;
        }
        return flame_kind::wake;  // which is never asked for here
    }

    void add(const std::string& owner, std::uint32_t fiber, wait_place place, std::uint64_t value) {
        const bool has_stack = kind_ == flame_kind::cpu || kind_ == flame_kind::wait;
        counted_[{owner, has_stack ? 0 : fiber, place}] += value;
    }

    [[nodiscard]] std::string owner_of(std::uint32_t fiber, const std::string& span) const {
        if (owner_ == flame_owner::span) {
            return span;
        }
        const auto known = in_.fibers.find(fiber);
        const bool has_site = known != in_.fibers.end() && !known->second.site.empty();
        return owner_ == flame_owner::site ? (has_site ? known->second.site : not_known)
                                           : in_.fiber_name(fiber);
    }

    [[nodiscard]] std::string below(std::uint32_t fiber, const wait_place& place,
                                    frame_names& names) const {
        switch (kind_) {
            case flame_kind::cpu: return sample_path(place.stack, in_, names);
            case flame_kind::wait: return wait_path(place, in_, names);
            default: return flame_frame(in_.fiber_name(fiber));
        }
    }

    static constexpr const char* not_known = span_tracker::not_known;

    flame_owner owner_;
    flame_kind kind_;
    const summary& in_;
    span_tracker spans_;
    std::map<counted_key, std::uint64_t> counted_;
};

}  // namespace

std::map<std::string, std::uint64_t> flame_by(flame_owner owner, flame_kind kind,
                                              const std::filesystem::path& file, const summary& in,
                                              frame_names& names) {
    owner_counter counted(owner, kind, in);
    play(file, counted);
    return counted.paths(names);
}

}  // namespace weft::trace_tool
