// SPDX-License-Identifier: BSL-1.0
#include "report/tally_sections.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "analysis/work.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {

namespace {

using side = table::side;
using work_entry = decltype(tallies::works)::value_type;
using vain_entry = decltype(tallies::vain)::value_type;

std::string note_of(std::size_t all, std::size_t most) {
    return all > most ? "the first " + std::to_string(most) + " of " + std::to_string(all)
                      : std::string();
}

template <class Entry, class Map, class Size>
std::vector<const Entry*> largest_first(const Map& of, Size size) {
    std::vector<const Entry*> order;
    for (const auto& each : of) {
        order.push_back(&each);
    }
    std::ranges::stable_sort(order, std::greater(),
                             [&](const Entry* each) { return size(each->second); });
    return order;
}

std::vector<const work_entry*> works_in_order(const summary& in) {
    return largest_first<work_entry>(in.counted.works,
                                     [](const work_summary& of) { return of.took.total(); });
}

std::vector<const vain_entry*> vain_in_order(const summary& in) {
    return largest_first<vain_entry>(in.counted.vain,
                                     [](const vain_wakes& of) { return of.count; });
}

report_section works_section(const summary& in, std::size_t most) {
    auto order = works_in_order(in);
    report_section made{"Names looked up and TLS handshakes, the longest together first",
                        note_of(order.size(), most),
                        {{"KIND"},
                         {"OF"},
                         {"COUNT", side::right},
                         {"FAILED", side::right},
                         {"REMEMBERED", side::right},
                         {"P50", side::right},
                         {"P99", side::right},
                         {"LONGEST", side::right}},
                        {}};
    order.resize(std::min(order.size(), most));
    for (const auto* each : order) {
        const auto& [key, of] = *each;
        const auto text = [&](std::uint64_t ticks) {
            return duration_text(in.scale.duration(ticks));
        };
        made.rows.push_back({std::string(name_of_work(key.first)),
                             key.second.empty() ? "-" : key.second, std::to_string(of.took.count()),
                             std::to_string(of.failed), std::to_string(of.remembered),
                             text(of.took.percentile(50)), text(of.took.percentile(99)),
                             text(of.took.longest())});
    }
    return made;
}

report_section timers_section(const summary& in) {
    const auto& timers = in.counted.timers;
    report_section made{"Timers",
                        "",
                        {{"ARMED", side::right},
                         {"DISARMED", side::right},
                         {"EXPIRED", side::right},
                         {"LATE P50", side::right},
                         {"LATE P99", side::right},
                         {"LATEST", side::right}},
                        {}};
    made.rows.push_back(
        {std::to_string(timers.armed), std::to_string(timers.disarmed),
         std::to_string(timers.late.count()), duration_text(timers.late.percentile(50)),
         duration_text(timers.late.percentile(99)), duration_text(timers.late.longest())});
    return made;
}

std::uint32_t most_frequent(const vain_wakes& of) {
    const auto most = std::ranges::max_element(of.by, {}, [](const auto& by) { return by.second; });
    return most == of.by.end() ? 0 : most->first;
}

report_section vain_section(const summary& in, std::size_t most) {
    auto order = vain_in_order(in);
    report_section made{"Wakes that led to nothing",
                        note_of(order.size(), most),
                        {{"ID", side::right},
                         {"NAME"},
                         {"COUNT", side::right},
                         {"REASON"},
                         {"OBJECT"},
                         {"MOSTLY BY"}},
                        {}};
    order.resize(std::min(order.size(), most));
    for (const auto* each : order) {
        const auto& [key, of] = *each;
        made.rows.push_back({std::to_string(key.first), in.fiber_name(key.first),
                             std::to_string(of.count), in.reason_name(of.reason),
                             in.object_label(key.second, of.reason),
                             in.fiber_name(most_frequent(of))});
    }
    return made;
}

json works_json(const summary& in) {
    json made = json::array();
    for (const auto* each : works_in_order(in)) {
        const auto& [key, of] = *each;
        made.push_back({{"kind", name_of_work(key.first)},
                        {"about", key.second},
                        {"count", of.took.count()},
                        {"failed", of.failed},
                        {"remembered", of.remembered},
                        {"total", in.scale.duration(of.took.total())},
                        {"p50", in.scale.duration(of.took.percentile(50))},
                        {"p99", in.scale.duration(of.took.percentile(99))},
                        {"longest", in.scale.duration(of.took.longest())}});
    }
    return made;
}

json moved_json(const summary& in) {
    json made = json::array();
    for (const auto& [kind, of] : in.counted.moved) {
        made.push_back({{"kind", name_of_work(kind)},
                        {"sent", of.sent},
                        {"received", of.received},
                        {"pieces", of.pieces}});
    }
    return made;
}

json vain_json(const summary& in) {
    json made = json::array();
    for (const auto* each : vain_in_order(in)) {
        const auto& [key, of] = *each;
        made.push_back({{"fiber", key.first},
                        {"name", in.fiber_name(key.first)},
                        {"count", of.count},
                        {"reason", in.reason_name(of.reason)},
                        {"object", in.object_label(key.second, of.reason)},
                        {"mostlyBy", most_frequent(of)}});
    }
    return made;
}

}  // namespace

std::vector<report_section> tally_sections(const summary& in, std::size_t most) {
    std::vector<report_section> made;
    const auto& counted = in.counted;
    if (!counted.works.empty()) {
        made.push_back(works_section(in, most));
    }
    if (counted.timers.armed + counted.timers.disarmed + counted.timers.late.count() != 0) {
        made.push_back(timers_section(in));
    }
    if (!counted.vain.empty()) {
        made.push_back(vain_section(in, most));
    }
    return made;
}

void add_tallies(json& to, const summary& in) {
    const auto& timers = in.counted.timers;
    to.add("works", works_json(in));
    to.add("moved", moved_json(in));
    to.add("timers", {{"armed", timers.armed},
                      {"disarmed", timers.disarmed},
                      {"expired", timers.late.count()},
                      {"lateP50", timers.late.percentile(50)},
                      {"lateP99", timers.late.percentile(99)},
                      {"latest", timers.late.longest()}});
    to.add("vainWakes", vain_json(in));
}

}  // namespace weft::trace_tool
