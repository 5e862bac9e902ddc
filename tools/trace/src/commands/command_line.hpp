// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "commands/command.hpp"
#include "process/source.hpp"

namespace CLI {
class Option;
}

namespace weft::trace_tool {

/// An option that was added to a command, and what is asked of its value.
class option {
public:
    explicit option(CLI::Option& made) noexcept : made_(made) {}

    option& required();
    option& one_of(const std::vector<std::string>& values);
    option& between(double least, double most);
    option& positive();
    /// A number of bytes: 100, 64KiB, 1GB.
    option& bytes();
    /// The help shows what it is without: the value it has now, or this text.
    option& show_default(const std::string& text = {});
    option& excludes(const option& other);
    option& needs(const option& other);

private:
    CLI::Option& made_;
};

/// A command on the command line: its options and what it does.
///
/// Only command_line.cpp knows by what library the command line is parsed: it is much to compile.
class command_line {
public:
    command_line(CLI::App& tool, command_context& context, const std::string& name,
                 const std::string& summary);

    /// Where the value goes lives until the command has been run. A name without dashes is that of
    /// an argument; a `bool` is a flag.
    option add(const char* name, std::string& into, const char* help = "");
    option add(const char* name, std::uint64_t& into, const char* help = "");
    option add(const char* name, double& into, const char* help = "");
    option add(const char* name, std::vector<std::string>& into, const char* help = "");
    option add(const char* name, bool& into, const char* help = "");

    /// SRC, or --core and --exe.
    void add_source(source_choice& into);

    /// What the help ends with.
    void notes(const std::string& text);

    /// What the command does.
    void run(std::function<outcome(output_streams)> function);

private:
    CLI::App& command_;
    command_context& context_;
};

/// Runs the command that the arguments name; tells on streams.err what is wrong with them.
[[nodiscard]] outcome run_command_line(const std::vector<std::string>& arguments,
                                       output_streams streams);

}  // namespace weft::trace_tool
