// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <ranges>

#include "analysis/flame.hpp"
#include "export/exporter.hpp"
#include "export/html_timeline.hpp"
#include "export/packed_text.hpp"
#include "export/page.hpp"
#include "report/sections.hpp"
#include "report/stall_text.hpp"

namespace weft::trace_tool {

namespace {

// What the page shows does not grow with the number of events.
constexpr std::size_t most_fibers = 2'000;
constexpr std::size_t most_paths = 20'000;
constexpr std::size_t most_objects = 1'000;
constexpr std::size_t most_stalls = 200;
constexpr std::size_t most_findings = 200;

json flame_json(flame_kind kind, const summary& in, frame_names& names) {
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

json objects_json(const summary& in) {
    std::vector<std::pair<std::uint64_t, const object_summary*>> order;
    for (const auto& [address, object] : in.objects) {
        order.emplace_back(address, &object);
    }
    std::ranges::sort(order, [](const auto& a, const auto& b) {
        return std::pair(a.second->ticks, a.first) > std::pair(b.second->ticks, b.first);
    });
    order.resize(std::min(order.size(), most_objects));
    json made = json::array();
    for (const auto& [address, object] : order) {
        made.push_back({{"name", in.object_label(address, object->reason)},
                        {"reason", in.reason_name(object->reason)},
                        {"count", object->waits},
                        {"total", in.scale.duration(object->ticks)},
                        {"longest", in.scale.duration(object->longest)},
                        {"longestBy", "#" + std::to_string(object->longest_fiber) + " " +
                                          in.fiber_name(object->longest_fiber)}});
    }
    return made;
}

json stalls_json(const summary& in, frame_names& names) {
    json made = json::array();
    for (const auto& each : in.stalls | std::views::take(most_stalls)) {
        json frames = json::array();
        if (const auto stack = in.stacks.find(each.stack); stack != in.stacks.end()) {
            for (const auto& frame : names.functions_of(stack->second)) {
                frames.push_back(function_and_line(frame));
            }
        }
        made.push_back({{"fiber", each.fiber},
                        {"name", in.fiber_name(each.fiber)},
                        {"lasted", each.lasted},
                        {"cause", cause_text(each.cause, -1)},
                        {"ready", each.ready},
                        {"frames", frames}});
    }
    return made;
}

}  // namespace

void export_html(std::ostream& out, const std::filesystem::path& file, const summary& in) {
    frame_names names(in.modules);
    json head = json::array();
    for (const std::string& line : make_report(in).head) {
        head.push_back(line);
    }
    auto found = find_all(in);
    found.resize(std::min(found.size(), most_findings));
    const json data{{"title", in.program.name + " by weft-trace"},
                    {"head", head},
                    {"findings", findings_json(found)},
                    {"timeline", timeline_json(file, in)},
                    {"requests", spans_json(in)},
                    {"fibers", fibers_json(in, most_fibers)},
                    {"waits", waits_json(in)},
                    {"objects", objects_json(in)},
                    {"stalls", stalls_json(in, names)},
                    {"flameWait", flame_json(flame_kind::wait, in, names)},
                    {"flameRun", flame_json(in.samples.empty() ? flame_kind::run : flame_kind::cpu,
                                            in, names)}};
    out << page_head << base64(deflate_raw(data.text())) << page_basics_script
        << page_timeline_script << page_flame_script;
}

}  // namespace weft::trace_tool
