// SPDX-License-Identifier: BSL-1.0
#include "report/sections.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <iterator>

#include "report/lock_sections.hpp"
#include "report/sites.hpp"
#include "report/tally_sections.hpp"

namespace weft::trace_tool {

namespace {

using side = table::side;

std::string percent(std::uint64_t part, std::uint64_t whole) {
    char text[32];
    const double share =
        whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
    std::snprintf(text, sizeof text, "%.3f %%", share);
    return text;
}

std::vector<std::string> head_of(const summary& in) {
    const auto& file = in.file;
    std::vector<std::string> head{
        in.program.name + " (process " + std::to_string(in.program.process) + ", engine " +
            in.program.engine + "), " +
            duration_text(in.scale.duration(file.ended.ticks - file.began.ticks)) + " recorded",
        "events " + std::to_string(file.events) + ", lost " + std::to_string(file.lost) + " (" +
            percent(file.lost, file.events + file.lost) + ") in " + std::to_string(in.gaps) +
            " gaps, " + std::to_string(in.excluded_waits) + " waits excluded"};
    if (!file.damage.empty()) {
        head.push_back("What follows ends before the file does: " + file.damage);
    } else if (!file.complete) {
        head.emplace_back("The recording was cut off; what follows is of what is there.");
    }
    if (file.counts[0] == 0) {
        head.emplace_back("There are no events of the scheduler in it: was the program idle?");
    }
    return head;
}

std::string left_out(std::size_t all, std::size_t most) {
    return all > most ? "the first " + std::to_string(most) + " of " + std::to_string(all)
                      : std::string();
}

report_section fibers_section(const summary& in, std::size_t most) {
    std::vector<const fiber_summary*> order;
    for (const auto& [id, fiber] : in.fibers) {
        order.push_back(&fiber);
    }
    std::ranges::stable_sort(order, std::greater(), &fiber_summary::running);
    report_section made{"Fibers, by time on the processor",
                        left_out(order.size(), most),
                        {{"ID", side::right},
                         {"NAME"},
                         {"RUN", side::right},
                         {"READY", side::right},
                         {"WAIT", side::right},
                         {"RUNS", side::right},
                         {"LONGEST RUN", side::right},
                         {"SPAWNED AT"}},
                        {}};
    order.resize(std::min(order.size(), most));
    for (const auto* fiber : order) {
        made.rows.push_back({std::to_string(fiber->fiber), fiber->name,
                             duration_text(in.scale.duration(fiber->running)),
                             duration_text(in.scale.duration(fiber->ready)),
                             duration_text(in.scale.duration(fiber->waiting_total())),
                             std::to_string(fiber->switches),
                             duration_text(in.scale.duration(fiber->longest_run)), fiber->site});
    }
    return made;
}

std::vector<std::string> durations_row(const std::string& name, const durations& of,
                                       const tick_scale& scale) {
    const auto text = [&](std::uint64_t ticks) { return duration_text(scale.duration(ticks)); };
    return {name,
            std::to_string(of.count()),
            text(of.total()),
            text(of.percentile(50)),
            text(of.percentile(90)),
            text(of.percentile(99)),
            text(of.longest())};
}

report_section waits_section(const summary& in) {
    std::vector<std::pair<std::uint8_t, const durations*>> order;
    for (const auto& [reason, waits] : in.waits) {
        order.emplace_back(reason, &waits);
    }
    std::ranges::stable_sort(order, std::greater(),
                             [](const auto& each) { return each.second->total(); });
    report_section made{"Waits, by what for",
                        "",
                        {{"REASON"},
                         {"COUNT", side::right},
                         {"TOGETHER", side::right},
                         {"P50", side::right},
                         {"P90", side::right},
                         {"P99", side::right},
                         {"LONGEST", side::right}},
                        {}};
    for (const auto& [reason, waits] : order) {
        made.rows.push_back(durations_row(in.reason_name(reason), *waits, in.scale));
    }
    made.rows.push_back(durations_row("(ready)", in.ready, in.scale));
    made.rows.push_back(durations_row("(running)", in.runs, in.scale));
    return made;
}

report_section sites_section(const summary& in, std::size_t most) {
    auto sites = sites_of(in);
    report_section made{"Where fibers were spawned",
                        left_out(sites.size(), most),
                        {{"SPAWNED AT"},
                         {"FIBERS", side::right},
                         {"RUN", side::right},
                         {"READY", side::right},
                         {"WAIT", side::right}},
                        {}};
    sites.resize(std::min(sites.size(), most));
    for (const auto& site : sites) {
        made.rows.push_back({site.site, std::to_string(site.fibers),
                             duration_text(in.scale.duration(site.running)),
                             duration_text(in.scale.duration(site.ready)),
                             duration_text(in.scale.duration(site.waiting))});
    }
    return made;
}

std::string after(std::uint64_t time, const cancellation& of, const summary& in) {
    return time == 0 ? "never" : duration_text(in.scale.duration(time - std::min(time, of.asked)));
}

report_section cancellations_section(const summary& in, std::size_t most) {
    auto shown = in.cancellations;
    std::ranges::stable_sort(shown, std::greater(), [&](const cancellation& each) {
        return (each.seen == 0 ? in.file.ended.ticks : each.seen) - each.asked;
    });
    report_section made{"Cancellations, the latest noticed first",
                        left_out(shown.size(), most),
                        {{"ID", side::right},
                         {"NAME"},
                         {"BY"},
                         {"NOTICED AFTER", side::right},
                         {"TIMES", side::right},
                         {"ENDED AFTER", side::right}},
                        {}};
    shown.resize(std::min(shown.size(), most));
    for (const auto& each : shown) {
        made.rows.push_back({std::to_string(each.fiber), in.fiber_name(each.fiber),
                             in.fiber_name(each.by), after(each.seen, each, in),
                             std::to_string(each.times), after(each.ended, each, in)});
    }
    return made;
}

std::string cell(const std::string& text) {
    std::string escaped;
    for (const char c : printable(text)) {
        escaped += c == '|' ? "\\|" : std::string(1, c);
    }
    return escaped;
}

}  // namespace

report make_report(const summary& in, std::size_t most_rows) {
    report made{head_of(in),
                find_all(in),
                {fibers_section(in, most_rows), waits_section(in), sites_section(in, most_rows)}};
    std::ranges::move(lock_sections(in, most_rows), std::back_inserter(made.sections));
    if (!in.cancellations.empty()) {
        made.sections.push_back(cancellations_section(in, most_rows));
    }
    std::ranges::move(tally_sections(in, most_rows), std::back_inserter(made.sections));
    return made;
}

void print_text(std::ostream& out, const report& shown) {
    for (const auto& line : shown.head) {
        out << printable(line) << '\n';
    }
    out << "\nFindings\n";
    if (shown.findings.empty()) {
        out << "  none\n";
    }
    for (const auto& each : shown.findings) {
        out << "  " << name_of(each.what) << ": " << printable(each.text) << '\n';
    }
    for (const auto& section : shown.sections) {
        out << '\n'
            << section.title << (section.note.empty() ? "" : " (" + section.note + ")") << '\n';
        table rows(section.columns);
        for (const auto& row : section.rows) {
            std::ranges::for_each(row, [&](const std::string& text) { rows.add(text); });
        }
        rows.print(out);
    }
}

void print_markdown(std::ostream& out, const report& shown) {
    for (const auto& line : shown.head) {
        out << cell(line) << "  \n";
    }
    out << "\n## Findings\n\n";
    if (shown.findings.empty()) {
        out << "None.\n";
    }
    for (const auto& each : shown.findings) {
        out << "- **" << name_of(each.what) << "**: " << cell(each.text) << '\n';
    }
    for (const auto& section : shown.sections) {
        out << "\n## " << section.title << (section.note.empty() ? "" : " (" + section.note + ")")
            << "\n\n";
        std::string rule;
        for (const auto& column : section.columns) {
            out << "| " << column.title << ' ';
            rule += column.aligned == side::right ? "|---:" : "|---";
        }
        out << "|\n" << rule << "|\n";
        for (const auto& row : section.rows) {
            std::ranges::for_each(row, [&](const auto& text) { out << "| " << cell(text) << ' '; });
            out << "|\n";
        }
    }
}

}  // namespace weft::trace_tool
