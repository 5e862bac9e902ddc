// SPDX-License-Identifier: BSL-1.0
#include "report/comparison.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "output/table.hpp"
#include "report/sections.hpp"
#include "report/sites.hpp"

namespace weft::trace_tool {

namespace {

using numbers = std::map<std::string, std::uint64_t>;

void add_percentiles(numbers& to, const std::string& name, const durations& of,
                     const tick_scale& scale) {
    to[name + " p50"] = scale.duration(of.percentile(50));
    to[name + " p99"] = scale.duration(of.percentile(99));
}

numbers wait_numbers(const summary& of) {
    numbers made;
    for (const auto& [reason, waits] : of.waits) {
        add_percentiles(made, of.reason_name(reason), waits, of.scale);
    }
    add_percentiles(made, "(ready)", of.ready, of.scale);
    add_percentiles(made, "(running)", of.runs, of.scale);
    return made;
}

numbers site_numbers(const summary& of) {
    numbers made;
    for (const auto& site : sites_of(of)) {
        made[site.site] = of.scale.duration(site.running);
    }
    return made;
}

std::vector<changed_number> join(const numbers& before, const numbers& after) {
    std::map<std::string, changed_number> both;
    for (const auto& [name, value] : before) {
        both[name] = {name, value, 0};
    }
    for (const auto& [name, value] : after) {
        auto& joined = both[name];
        joined.name = name;
        joined.after = value;
    }
    std::vector<changed_number> made;
    for (auto& [name, each] : both) {
        made.push_back(std::move(each));
    }
    const auto change = [](const changed_number& each) {
        return std::max(each.before, each.after) - std::min(each.before, each.after);
    };
    std::ranges::stable_sort(made, std::greater(), change);
    return made;
}

std::string ratio(const changed_number& of) {
    if (of.before == 0) {
        return of.after == 0 ? "" : "new";
    }
    char text[32];
    std::snprintf(text, sizeof text, "%+.1f %%",
                  100 * (static_cast<double>(of.after) / static_cast<double>(of.before) - 1));
    return text;
}

void print_numbers(std::ostream& out, const char* title, const std::vector<changed_number>& shown) {
    using side = table::side;
    out << '\n' << title << '\n';
    table rows(
        {{"NAME"}, {"BEFORE", side::right}, {"AFTER", side::right}, {"CHANGE", side::right}});
    for (const auto& each : shown) {
        rows.add(each.name);
        rows.add(duration_text(each.before));
        rows.add(duration_text(each.after));
        rows.add(ratio(each));
    }
    rows.print(out);
}

json numbers_json(const std::vector<changed_number>& shown) {
    json made = json::array();
    for (const auto& each : shown) {
        made.push_back({{"name", each.name}, {"before", each.before}, {"after", each.after}});
    }
    return made;
}

}  // namespace

comparison compare(const summary& before, const summary& after) {
    comparison made{join(wait_numbers(before), wait_numbers(after)),
                    join(site_numbers(before), site_numbers(after)),
                    {}};
    const auto known = find_all(before);
    for (auto& each : find_all(after)) {
        if (!std::ranges::count(known, each.what, &finding::what)) {
            made.new_findings.push_back(std::move(each));
        }
    }
    return made;
}

void print_comparison(std::ostream& out, const comparison& shown) {
    out << "New kinds of findings\n";
    if (shown.new_findings.empty()) {
        out << "  none\n";
    }
    for (const auto& each : shown.new_findings) {
        out << "  " << name_of(each.what) << ": " << printable(each.text) << '\n';
    }
    print_numbers(out, "Waits, the largest change first", shown.waits);
    print_numbers(out, "Time on the processor, by place of spawning", shown.sites);
}

json comparison_json(const comparison& shown) {
    json findings = json::array();
    for (const auto& each : shown.new_findings) {
        findings.push_back(finding_json(each));
    }
    return {{"formatVersion", json_version},
            {"newFindings", findings},
            {"waits", numbers_json(shown.waits)},
            {"sites", numbers_json(shown.sites)}};
}

}  // namespace weft::trace_tool
