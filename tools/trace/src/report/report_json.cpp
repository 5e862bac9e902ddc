// SPDX-License-Identifier: BSL-1.0
#include <algorithm>
#include <functional>

#include "report/lock_sections.hpp"
#include "report/sections.hpp"
#include "report/sites.hpp"
#include "report/tally_sections.hpp"

namespace weft::trace_tool {

namespace {

json recording_json(const summary& in) {
    const auto& file = in.file;
    return {{"program", in.program.name},
            {"process", in.program.process},
            {"engine", in.program.engine},
            {"nanoseconds", in.scale.duration(file.ended.ticks - file.began.ticks)},
            {"events", file.events},
            {"lost", file.lost},
            {"gaps", in.gaps},
            {"excludedWaits", in.excluded_waits},
            {"complete", file.complete},
            {"damage", file.damage}};
}

json fiber_json(const fiber_summary& fiber, const summary& in) {
    json waits = json::object();
    for (const auto& [reason, ticks] : fiber.waiting) {
        waits.add(in.reason_name(reason), in.scale.duration(ticks));
    }
    return {{"id", fiber.fiber},
            {"name", fiber.name},
            {"site", fiber.site},
            {"parent", fiber.parent},
            {"run", in.scale.duration(fiber.running)},
            {"ready", in.scale.duration(fiber.ready)},
            {"wait", in.scale.duration(fiber.waiting_total())},
            {"unknown", in.scale.duration(fiber.unknown)},
            {"waits", std::move(waits)},
            {"runs", fiber.switches},
            {"longestRun", in.scale.duration(fiber.longest_run)},
            {"longestReady", in.scale.duration(fiber.longest_ready)},
            {"spawned", fiber.spawned},
            {"ended", fiber.ended}};
}

json durations_json(const std::string& name, const durations& of, const tick_scale& scale) {
    return {{"name", name},
            {"count", of.count()},
            {"total", scale.duration(of.total())},
            {"p50", scale.duration(of.percentile(50))},
            {"p90", scale.duration(of.percentile(90))},
            {"p99", scale.duration(of.percentile(99))},
            {"longest", scale.duration(of.longest())}};
}

json cancellations_json(const summary& in) {
    json made = json::array();
    for (const auto& each : in.cancellations) {
        made.push_back(
            {{"fiber", each.fiber},
             {"name", in.fiber_name(each.fiber)},
             {"by", each.by},
             {"asked", in.scale.since_begin(each.asked)},
             {"seen", each.seen != 0},
             {"seenAfter", each.seen == 0 ? 0 : in.scale.duration(each.seen - each.asked)},
             {"times", each.times},
             {"ended", each.ended != 0}});
    }
    return made;
}

}  // namespace

json finding_json(const finding& shown) {
    return {{"kind", name_of(shown.what)},
            {"fiber", shown.fiber},
            {"nanoseconds", shown.nanoseconds},
            {"text", shown.text}};
}

json findings_json(const std::vector<finding>& shown) {
    json made = json::array();
    for (const auto& each : shown) {
        made.push_back(finding_json(each));
    }
    return made;
}

json fibers_json(const summary& in, std::size_t most) {
    std::vector<const fiber_summary*> order;
    for (const auto& [id, fiber] : in.fibers) {
        order.push_back(&fiber);
    }
    if (order.size() > most) {
        std::ranges::stable_sort(order, std::greater(), &fiber_summary::running);
        order.resize(most);
    }
    json made = json::array();
    for (const auto* fiber : order) {
        made.push_back(fiber_json(*fiber, in));
    }
    return made;
}

json waits_json(const summary& in) {
    json made = json::array();
    for (const auto& [reason, waits] : in.waits) {
        made.push_back(durations_json(in.reason_name(reason), waits, in.scale));
    }
    return made;
}

json spans_json(const summary& in) {
    std::vector<std::pair<std::uint64_t, const std::string*>> order;
    for (const auto& [name, spans] : in.spans) {
        order.emplace_back(spans.total(), &name);
    }
    std::ranges::stable_sort(order, std::greater(), [](const auto& each) { return each.first; });
    json made = json::array();
    for (const auto& [total, name] : order) {
        made.push_back(durations_json(*name, in.spans.at(*name), in.scale));
    }
    return made;
}

json report_json(const summary& in) {
    json sites = json::array();
    for (const auto& site : sites_of(in)) {
        sites.push_back({{"site", site.site},
                         {"fibers", site.fibers},
                         {"run", in.scale.duration(site.running)},
                         {"ready", in.scale.duration(site.ready)},
                         {"wait", in.scale.duration(site.waiting)}});
    }
    json made{{"formatVersion", json_version},
              {"recording", recording_json(in)},
              {"findings", findings_json(find_all(in))},
              {"fibers", fibers_json(in)},
              {"waits", waits_json(in)},
              {"spans", spans_json(in)},
              {"cancellations", cancellations_json(in)},
              {"ready", durations_json("ready", in.ready, in.scale)},
              {"running", durations_json("running", in.runs, in.scale)},
              {"sites", sites}};
    add_tallies(made, in);
    add_lock_orders(made, in);
    return made;
}

}  // namespace weft::trace_tool
