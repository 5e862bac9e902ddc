// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "analysis/findings.hpp"
#include "analysis/summary.hpp"
#include "output/json.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {

/// A table of a report, before it is known how it is shown.
struct report_section {
    std::string title;
    std::string note;  ///< what is left out; may be empty
    std::vector<table::column> columns;
    std::vector<std::vector<std::string>> rows;
};

/// What a report says, the most important first.
struct report {
    std::vector<std::string> head;  ///< what was recorded, and how completely
    std::vector<finding> findings;
    std::vector<report_section> sections;
};

/// \param most_rows  of each table.
report make_report(const summary& in, std::size_t most_rows = 20);

void print_text(std::ostream& out, const report& shown);
void print_markdown(std::ostream& out, const report& shown);

/// All fibers, waits and sites; durations in ns.
json report_json(const summary& in);

json finding_json(const finding& shown);
json findings_json(const std::vector<finding>& shown);
/// By id, or those that ran longest if there are more than that.
json fibers_json(const summary& in, std::size_t most = SIZE_MAX);
json waits_json(const summary& in);
/// The spans of each name together, the most time first.
json spans_json(const summary& in);

}  // namespace weft::trace_tool
