// SPDX-License-Identifier: BSL-1.0
#include "export/html_timeline.hpp"

#include <algorithm>
#include <queue>
#include <unordered_map>

#include "analysis/playback.hpp"
#include "analysis/why.hpp"
#include "export/exporter.hpp"
#include "export/packed_text.hpp"
#include "export/slice_names.hpp"

namespace weft::trace_tool {

namespace {

constexpr std::size_t lanes = 200;
constexpr std::size_t buckets = 1'000;
constexpr std::size_t kinds = 6;
constexpr std::size_t most_slices = 30'000;

/// What has a colour of its own: the activities, and of the waits those for locks and for I/O.
std::size_t kind_of(const interval& shown, const summary& in) {
    if (shown.what != activity::waiting) {
        return static_cast<std::size_t>(shown.what);
    }
    const auto kind = kind_of_wait(in.reason_name(shown.reason));
    return kind == "lock" ? 4 : kind == "io" ? 5 : static_cast<std::size_t>(shown.what);
}

/// How much of each bucket of the recording a fiber ran, was ready, waited.
class lane_painter final : public playback_listener {
public:
    lane_painter(const summary& in, const exported_fibers& fibers)
        : in_(in),
          fibers_(fibers),
          begin_(in.file.began.ticks),
          step_(std::max<std::uint64_t>(1, (in.file.ended.ticks - begin_) / buckets + 1)) {}

    void on_chunk(const chunk&) override {}
    void on_event(const trace::event&, const chunk&) override {}

    void on_interval(const interval& done) override {
        if (!fibers_.shown.contains(done.fiber)) {
            return;
        }
        paint(lanes_[done.fiber], done);
        if (longest_.size() < most_slices || done.ticks() > longest_.top().ticks()) {
            longest_.push(done);
            if (longest_.size() > most_slices) {
                longest_.pop();
            }
        }
    }

    /// A byte for each share, 255: all of the time.
    [[nodiscard]] std::string shares_of(std::uint32_t fiber) const {
        std::string shares;
        const auto lane = lanes_.find(fiber);
        if (lane != lanes_.end()) {
            for (const auto ticks : lane->second) {
                const auto share = std::min<std::uint64_t>(255, ticks * 255 / step_);
                shares += static_cast<char>(ticks != 0 && share == 0 ? 1 : share);
            }
        }
        return shares;
    }

    /// The longest intervals, by their begin.
    [[nodiscard]] std::vector<interval> longest() {
        std::vector<interval> taken;
        for (; !longest_.empty(); longest_.pop()) {
            taken.push_back(longest_.top());
        }
        std::ranges::stable_sort(taken, {}, &interval::begin);
        return taken;
    }

private:
    struct longer {
        bool operator()(const interval& a, const interval& b) const {
            return a.ticks() > b.ticks();
        }
    };

    void paint(std::vector<std::uint64_t>& lane, const interval& done) const {
        lane.resize(buckets * kinds);
        const auto kind = kind_of(done, in_);
        auto from = std::max(done.begin, begin_) - begin_;
        const auto to = std::min(std::max(done.end, begin_) - begin_, step_ * buckets);
        while (from < to) {
            const auto bucket = from / step_;
            const auto until = std::min(to, (bucket + 1) * step_);
            lane[bucket * kinds + kind] += until - from;
            from = until;
        }
    }

    const summary& in_;
    const exported_fibers& fibers_;
    std::uint64_t begin_;
    std::uint64_t step_;
    std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> lanes_;
    std::priority_queue<interval, std::vector<interval>, longer> longest_;
};

/// Slices as [row, begin, length, kind, number of its name].
class slice_list {
public:
    void add(std::size_t row, const interval& shown, const summary& in) {
        const auto [name, added] = numbers_.try_emplace(slice_name(shown, in), numbers_.size());
        if (added) {
            names.push_back(name->first);
        }
        slices.push_back(
            json::array({row, in.scale.since_begin(shown.begin), in.scale.duration(shown.ticks()),
                         kind_of(shown, in), name->second}));
    }

    json slices = json::array();
    json names = json::array();

private:
    std::unordered_map<std::string, std::size_t> numbers_;
};

/// 0: the fiber that ran longest.
std::unordered_map<std::uint32_t, std::size_t> ranks(const summary& in) {
    std::vector<const fiber_summary*> order;
    for (const auto& [id, fiber] : in.fibers) {
        order.push_back(&fiber);
    }
    std::ranges::stable_sort(order, std::greater(), &fiber_summary::running);
    std::unordered_map<std::uint32_t, std::size_t> made;
    for (const auto* fiber : order) {
        made.emplace(fiber->fiber, made.size());
    }
    return made;
}

}  // namespace

json timeline_json(const std::filesystem::path& file, const summary& in) {
    const auto fibers = choose_fibers(in, lanes);
    lane_painter painter(in, fibers);
    play(file, painter, in.window);
    const auto rank_of = ranks(in);
    std::unordered_map<std::uint32_t, std::size_t> row_of;
    json rows = json::array();
    for (const auto& [id, fiber] : in.fibers) {
        if (fibers.shown.contains(id)) {
            row_of.try_emplace(id, row_of.size());
            rows.push_back({{"name", "#" + std::to_string(id) + " " + in.fiber_name(id)},
                            {"rank", rank_of.at(id)},
                            {"shares", base64(painter.shares_of(id))}});
        }
    }
    slice_list slices;
    for (const interval& each : painter.longest()) {
        slices.add(row_of.at(each.fiber), each, in);
    }
    return {{"nanoseconds", in.scale.duration(in.file.ended.ticks - in.file.began.ticks)},
            {"buckets", buckets},
            {"rows", std::move(rows)},
            {"names", std::move(slices.names)},
            {"slices", std::move(slices.slices)}};
}

}  // namespace weft::trace_tool
