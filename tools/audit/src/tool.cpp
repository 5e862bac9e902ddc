// SPDX-License-Identifier: BSL-1.0

#include "tool.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "closure.hpp"
#include "loader_cache.hpp"
#include "report.hpp"

namespace weft::audit {
namespace {

constexpr int good = 0;
constexpr int finding = 1;
constexpr int no_answer = 2;

constexpr const char* summary =
    "Says what programs and libraries will do under weft's porting layer, before they run.\n"
    "\n"
    "For each file, and each library that the loader would load with it, all imports are\n"
    "listed by which a fiber could wait:\n"
    "  covered     only the fiber waits\n"
    "  offloaded   a thread of the pool does the work; only the fiber waits\n"
    "  noted       depends on how it is used; look\n"
    "  will block  every fiber waits with it\n"
    "  unsafe      does harm on a fiber";

constexpr const char* footer =
    "Nothing is run. What is loaded later by dlopen() is seen only if it is named, too.\n"
    "Environment: LD_LIBRARY_PATH is searched as the loader does.\n"
    "Exit codes: 0 nothing blocks or is unsafe, 1 something does or is, 2 wrong usage, or a\n"
    "file or library is missing, damaged or for another machine.\n"
    "Example:\n"
    "  weft-audit /usr/bin/psql /usr/lib/x86_64-linux-gnu/libnss_ldap.so.2";

struct choices {
    std::vector<std::string> files;
    bool json = false;
};

std::string library_path() {
    const char* set = std::getenv("LD_LIBRARY_PATH");
    return set != nullptr ? set : "";
}

int audit(const choices& chosen, std::ostream& out) {
    const library_search search(loader_cache::of_this_machine(), library_path());
    const std::vector<judged_module> modules = judge(load_closures(chosen.files, search));
    chosen.json ? print_json(out, modules) : print_text(out, modules);
    const bool bad = std::any_of(modules.begin(), modules.end(), is_bad);
    return bad ? finding : good;
}

int parse_and_audit(std::vector<std::string> arguments, std::ostream& out, std::ostream& err) {
    CLI::App app{summary, "weft-audit"};
    app.footer(footer);
    choices chosen;
    app.add_option("FILE", chosen.files, "Programs and libraries (ELF)")->required();
    app.add_flag("--json", chosen.json, R"(Print {"formatVersion":1,...} for programs)");
    try {
        std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return app.exit(error, out, err) == 0 ? good : no_answer;
    }
    return audit(chosen, out);
}

}  // namespace

int run(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err) noexcept {
    try {
        const int code = parse_and_audit(arguments, out, err);
        out.flush();
        return code;
    } catch (const std::exception& error) {
        err << "weft-audit: " << printable(error.what()) << '\n';
        return no_answer;
    }
}

}  // namespace weft::audit
