// SPDX-License-Identifier: BSL-1.0

#include "views/process_list.hpp"

#include "output/json.hpp"
#include "output/table.hpp"
#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

std::uint64_t live_fibers(const source& of) {
    std::uint64_t live = 0;
    for (const mapped_memory& each : of.memories) {
        live += each.loop().live;
    }
    return live;
}

std::string_view engine_of(const source& of) {
    return text_of(of.memories.front().header().engine);
}

}  // namespace

void print_processes(std::ostream& out, const std::vector<source>& sources) {
    using side = table::side;
    table rows({{"PID", side::right},
                {"PROGRAM"},
                {"USER"},
                {"FIBERS", side::right},
                {"RUNTIMES", side::right},
                {"ENGINE"}});
    for (const source& each : sources) {
        rows.add(static_cast<std::uint64_t>(each.process));
        rows.add(each.program);
        rows.add(owner_of(each.process));
        rows.add(live_fibers(each));
        rows.add(std::uint64_t{each.memories.size()});
        rows.add(engine_of(each));
    }
    rows.print(out);
}

void print_processes_json(std::ostream& out, const std::vector<source>& sources) {
    json_list list(out, "processes");
    for (const source& each : sources) {
        list.add({{"pid", each.process},
                  {"program", each.program},
                  {"user", owner_of(each.process)},
                  {"fibers", live_fibers(each)},
                  {"runtimes", each.memories.size()},
                  {"engine", engine_of(each)}});
    }
    list.finish();
}

}  // namespace weft::trace_tool
