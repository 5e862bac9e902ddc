// SPDX-License-Identifier: BSL-1.0
#include "export/slice_names.hpp"

#include <algorithm>
#include <functional>

#include "analysis/flame.hpp"
#include "analysis/playback.hpp"
#include "export/exporter.hpp"
#include "output/table.hpp"
#include "report/event_text.hpp"

namespace weft::trace_tool {

std::string slice_name(const interval& of, const summary& in) {
    const auto* cut = of.cut ? ", cut" : "";
    switch (of.what) {
        case activity::running: return std::string("run") + cut;
        case activity::ready: return std::string("ready") + cut;
        case activity::waiting: return "wait (" + in.reason_name(of.reason) + ")" + cut;
        case activity::unknown: break;
    }
    return "unknown: events were lost";
}

exported_fibers choose_fibers(const summary& in, std::size_t most) {
    std::vector<const fiber_summary*> order;
    for (const auto& [id, fiber] : in.fibers) {
        order.push_back(&fiber);
    }
    std::ranges::stable_sort(order, std::greater(), &fiber_summary::running);
    exported_fibers chosen{{}, order.size() - std::min(order.size(), most)};
    order.resize(std::min(order.size(), most));
    for (const auto* fiber : order) {
        chosen.shown.insert(fiber->fiber);
    }
    return chosen;
}

void export_folded(std::ostream& out, const summary& in) {
    frame_names names(in.modules);
    for (const auto& [path, value] : flame_of(flame_kind::wait, in, names)) {
        out << printable(path) << ' ' << value << '\n';
    }
}

namespace {

class line_writer final : public playback_listener {
public:
    line_writer(std::ostream& out, const tick_scale& scale) : out_(out), scale_(scale) {}

    void on_chunk(const chunk&) override {}
    void on_interval(const interval&) override {}
    void on_event(const trace::event& next, const chunk& in) override {
        print_json(out_, json_of(members_of(next, in, scale_)));
        out_ << '\n';
    }
    void on_gap(std::uint64_t lost) override { out_ << R"({"lost":)" << lost << "}\n"; }

private:
    std::ostream& out_;
    const tick_scale& scale_;
};

}  // namespace

void export_lines(std::ostream& out, const std::filesystem::path& file, const summary& in) {
    line_writer to(out, in.scale);
    play(file, to, in.window);
}

}  // namespace weft::trace_tool
