// SPDX-License-Identifier: BSL-1.0

#include <algorithm>
#include <memory>

#include "commands/command_line.hpp"
#include "commands/table.hpp"
#include "doctor/check.hpp"
#include "output/json.hpp"
#include "output/table.hpp"

namespace weft::trace_tool {
namespace {

struct doctor_options {
    std::string source;
    bool json = false;
};

const char* word_for(health state) {
    switch (state) {
        case health::good: return "ok";
        case health::limited: return "limited";
        case health::bad: break;
    }
    return "BAD";
}

void print(const std::vector<check>& checks, bool json, std::ostream& out) {
    if (json) {
        json_list list(out, "checks");
        for (const check& each : checks) {
            list.add({{"subject", each.subject},
                      {"state", word_for(each.state)},
                      {"found", each.found},
                      {"remedy", each.remedy}});
        }
        list.finish();
        return;
    }
    for (const check& each : checks) {
        out << word_for(each.state) << "  " << each.subject << ": " << printable(each.found)
            << '\n';
        if (!each.remedy.empty()) {
            out << "    " << each.remedy << '\n';
        }
    }
}

outcome doctor(const doctor_options& options, std::ostream& out) {
    std::vector<check> checks = check_machine();
    if (!options.source.empty()) {
        const auto more = is_program(options.source) ? check_program(options.source)
                                                     : check_source(open_source(options.source));
        checks.insert(checks.end(), more.begin(), more.end());
    }
    print(checks, options.json, out);
    const bool bad = std::any_of(checks.begin(), checks.end(),
                                 [](const check& each) { return each.state == health::bad; });
    return bad ? outcome::finding : outcome::good;
}

}  // namespace

void add_doctor(CLI::App& tool, command_context& context) {
    auto options = std::make_shared<doctor_options>();
    command_line command(tool, context, "doctor", "Say what can be seen, and what to change");
    command.add("SRC", options->source, "Also the file of a program; without: only the machine");
    command.add("--json", options->json, "For programs");
    command.notes("Example:\n  weft-trace doctor 4711\n  weft-trace doctor ./server");
    command.run([options](output_streams streams) { return doctor(*options, streams.out); });
}

}  // namespace weft::trace_tool
