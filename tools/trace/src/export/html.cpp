// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <array>

#include "analysis/flame.hpp"
#include "analysis/playback.hpp"
#include "export/exporter.hpp"
#include "export/packed_text.hpp"
#include "export/page.hpp"
#include "report/sections.hpp"

namespace weft::trace_tool {

namespace {

// What the page shows does not grow with the number of events.
constexpr std::size_t lanes = 200;
constexpr std::size_t most_fibers = 2'000;
constexpr std::size_t most_paths = 20'000;
constexpr std::size_t buckets = 1'000;
constexpr std::size_t kinds = 3;  // run, ready, wait

/// How much of each thousandth of the recording a fiber ran, was ready, waited.
class lane_painter final : public playback_listener {
public:
    lane_painter(const summary& in, const exported_fibers& fibers)
        : fibers_(fibers),
          begin_(in.file.began.ticks),
          step_(std::max<std::uint64_t>(1, (in.file.ended.ticks - begin_) / buckets + 1)) {}

    void on_chunk(const chunk&) override {}
    void on_event(const trace::event&, const chunk&) override {}

    void on_interval(const interval& done) override {
        if (done.what == activity::unknown || !fibers_.shown.contains(done.fiber)) {
            return;
        }
        auto& lane = lanes_[done.fiber];
        lane.resize(buckets * kinds);
        auto from = std::max(done.begin, begin_) - begin_;
        const auto to = std::min(std::max(done.end, begin_) - begin_, step_ * buckets);
        while (from < to) {
            const auto bucket = from / step_;
            const auto until = std::min(to, (bucket + 1) * step_);
            lane[bucket * kinds + static_cast<std::size_t>(done.what)] += until - from;
            from = until;
        }
    }

    /// A byte for each share, 255: all of the time.
    [[nodiscard]] std::string shares_of(std::uint32_t fiber) const {
        std::string shares;
        const auto lane = lanes_.find(fiber);
        if (lane != lanes_.end()) {
            for (const auto ticks : lane->second) {
                shares += static_cast<char>(std::min<std::uint64_t>(255, ticks * 255 / step_));
            }
        }
        return shares;
    }

private:
    const exported_fibers& fibers_;
    std::uint64_t begin_;
    std::uint64_t step_;
    std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> lanes_;
};

json timeline_json(const std::filesystem::path& file, const summary& in) {
    const auto fibers = choose_fibers(in, lanes);
    lane_painter painter(in, fibers);
    play(file, painter);
    json rows = json::array();
    for (const auto& [id, fiber] : in.fibers) {
        if (fibers.shown.contains(id)) {
            rows.push_back({{"name", "#" + std::to_string(id) + " " + in.fiber_name(id)},
                            {"shares", base64(painter.shares_of(id))}});
        }
    }
    return {{"nanoseconds", in.scale.duration(in.file.ended.ticks - in.file.began.ticks)},
            {"rows", std::move(rows)}};
}

json flame_json(flame_kind kind, const summary& in) {
    frame_names names(in.modules);
    std::vector<std::pair<std::uint64_t, std::string>> paths;
    for (auto& [path, value] : flame_of(kind, in, names)) {
        paths.emplace_back(value, path);
    }
    std::ranges::sort(paths, std::greater());
    paths.resize(std::min(paths.size(), most_paths));
    json made = json::array();
    for (auto& [value, path] : paths) {
        made.push_back(json::array({path, value}));
    }
    return made;
}

}  // namespace

void export_html(std::ostream& out, const std::filesystem::path& file, const summary& in) {
    json head = json::array();
    for (const std::string& line : make_report(in).head) {
        head.push_back(line);
    }
    const json data{{"title", in.program.name + " by weft-trace"},
                    {"head", head},
                    {"findings", findings_json(find_all(in))},
                    {"timeline", timeline_json(file, in)},
                    {"fibers", fibers_json(in, most_fibers)},
                    {"waits", waits_json(in)},
                    {"flameWait", flame_json(flame_kind::wait, in)},
                    {"flameRun", flame_json(flame_kind::run, in)}};
    out << page_before_data << base64(deflate_raw(data.text())) << page_after_data;
}

}  // namespace weft::trace_tool
