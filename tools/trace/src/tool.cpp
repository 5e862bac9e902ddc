// SPDX-License-Identifier: BSL-1.0

#include "tool.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "commands/command.hpp"

namespace weft::trace_tool {
namespace {

constexpr const char* summary = "Shows what the fibers of a program on weft do, while it runs.";

constexpr const char* exit_codes =
    "SRC is a process id, the name of a program, or a file.\n"
    "Exit codes: 0 all is well, 1 something was found, 2 wrong usage, 3 SRC cannot be looked at.";

void parse(CLI::App& app, std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 takes them
    app.parse(std::move(arguments));
}

outcome tell_parse_result(const CLI::App& app, const CLI::ParseError& error,
                          output_streams streams) {
    return app.exit(error, streams.out, streams.err) == 0 ? outcome::good : outcome::usage;
}

outcome tell(outcome result, const std::exception& error, std::ostream& err) {
    err << "weft-trace: " << error.what() << '\n';
    return result;
}

outcome run_command(const std::vector<std::string>& arguments, output_streams streams) {
    CLI::App app{summary, "weft-trace"};
    app.require_subcommand(1);
    app.footer(exit_codes);
    command_context context{streams};
    for (add_command* add : all_commands()) {
        add(app, context);
    }
    try {
        parse(app, arguments);
        return context.result;
    } catch (const CLI::ParseError& error) {
        return tell_parse_result(app, error, streams);
    }
}

}  // namespace

int run(const std::vector<std::string>& arguments, output_streams streams) noexcept {
    outcome result = outcome::no_access;
    try {
        result = run_command(arguments, streams);
        streams.out.flush();
    } catch (const bad_usage& error) {
        result = tell(outcome::usage, error, streams.err);
    } catch (const cannot_attach& error) {
        result = tell(outcome::no_access, error, streams.err);
        streams.err << "  " << error.remedy() << '\n';
    } catch (const std::exception& error) {
        result = tell(outcome::no_access, error, streams.err);
    }
    return static_cast<int>(result);
}

}  // namespace weft::trace_tool
