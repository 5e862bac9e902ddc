// SPDX-License-Identifier: BSL-1.0
#include "report/comparison.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "analysis/flame.hpp"
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

numbers span_numbers(const summary& of) {
    numbers made;
    for (const auto& [name, lasted] : of.spans) {
        add_percentiles(made, name, lasted, of.scale);
    }
    return made;
}

numbers wait_paths(const summary& of, std::vector<std::string>& problems) {
    frame_names names(of.modules);
    auto paths = flame_of(flame_kind::wait, of, names);
    problems.insert(problems.end(), names.problems().begin(), names.problems().end());
    return paths;
}

// By the names of functions: addresses are others in another build.
void find_new_waits(comparison& made, const summary& before, const summary& after) {
    if (before.stacks.empty()) {
        return;  // then all of them would be new
    }
    const auto known = wait_paths(before, made.problems);
    for (const auto& [path, time] : wait_paths(after, made.problems)) {
        if (!known.contains(path)) {
            made.new_waits.push_back({path, time});
        }
    }
    std::ranges::stable_sort(made.new_waits, std::greater(), &new_wait::nanoseconds);
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

void print_new_waits(std::ostream& out, const std::vector<new_wait>& shown) {
    constexpr std::size_t most = 20;
    if (shown.empty()) {
        return;
    }
    out << "\nNew places of waiting, the longest first\n";
    for (std::size_t i = 0; i < std::min(shown.size(), most); ++i) {
        out << "  " << duration_text(shown[i].nanoseconds) << "  " << printable(shown[i].path)
            << '\n';
    }
    if (shown.size() > most) {
        out << "  and " << shown.size() - most << " more\n";
    }
}

json new_waits_json(const std::vector<new_wait>& shown) {
    json made = json::array();
    for (const auto& each : shown) {
        made.push_back({{"path", each.path}, {"nanoseconds", each.nanoseconds}});
    }
    return made;
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
                    join(span_numbers(before), span_numbers(after)),
                    {},
                    {},
                    {}};
    find_new_waits(made, before, after);
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
    if (!shown.spans.empty()) {
        print_numbers(out, "Spans, the largest change first", shown.spans);
    }
    print_numbers(out, "Time on the processor, by place of spawning", shown.sites);
    print_new_waits(out, shown.new_waits);
}

json comparison_json(const comparison& shown) {
    json findings = json::array();
    for (const auto& each : shown.new_findings) {
        findings.push_back(finding_json(each));
    }
    return {{"formatVersion", json_version},      {"newFindings", findings},
            {"waits", numbers_json(shown.waits)}, {"sites", numbers_json(shown.sites)},
            {"spans", numbers_json(shown.spans)}, {"newWaits", new_waits_json(shown.new_waits)}};
}

}  // namespace weft::trace_tool
