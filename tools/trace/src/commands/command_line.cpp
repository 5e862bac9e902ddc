// SPDX-License-Identifier: BSL-1.0

#include "commands/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

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

}  // namespace

option& option::required() {
    made_.required();
    return *this;
}

option& option::one_of(const std::vector<std::string>& values) {
    made_.check(CLI::IsMember(values));
    return *this;
}

option& option::between(double least, double most) {
    std::ostringstream limits;  // shorter than CLI11 says it, so that helps fit on a screen
    limits << least << ".." << most;
    made_.check(CLI::Range(least, most).description(limits.str()));
    return *this;
}

option& option::positive() {
    made_.check(CLI::PositiveNumber);
    return *this;
}

option& option::bytes() {
    made_.transform(CLI::AsSizeValue(false));
    return *this;
}

option& option::show_default(const std::string& text) {
    text.empty() ? made_.capture_default_str() : made_.default_str(text);
    return *this;
}

option& option::excludes(const option& other) {
    made_.excludes(&other.made_);
    return *this;
}

option& option::needs(const option& other) {
    made_.needs(&other.made_);
    return *this;
}

command_line::command_line(CLI::App& tool, command_context& context, const std::string& name,
                           const std::string& summary)
    : command_(*tool.add_subcommand(name, summary)), context_(context) {}

option command_line::add(const char* name, std::string& into, const char* help) {
    return option(*command_.add_option(name, into, help));
}

option command_line::add(const char* name, std::uint64_t& into, const char* help) {
    return option(*command_.add_option(name, into, help));
}

option command_line::add(const char* name, double& into, const char* help) {
    return option(*command_.add_option(name, into, help));
}

option command_line::add(const char* name, std::vector<std::string>& into, const char* help) {
    return option(*command_.add_option(name, into, help));
}

option command_line::add(const char* name, bool& into, const char* help) {
    return option(*command_.add_flag(name, into, help));
}

void command_line::add_source(source_choice& into) {
    add("SRC", into.named, "What to look at; also a recording: its end");
    add("--core", into.core, "A core instead of SRC");
    add("--exe", into.exe, "The program that left the core");
}

void command_line::notes(const std::string& text) {
    command_.footer(text);
}

void command_line::run(std::function<outcome(output_streams)> function) {
    command_.callback([&context = context_, function = std::move(function)] {
        context.result = function(context.streams);
    });
}

outcome run_command_line(const std::vector<std::string>& arguments, output_streams streams) {
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

}  // namespace weft::trace_tool
