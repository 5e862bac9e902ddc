// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <CLI/CLI.hpp>

#include "commands/command.hpp"
#include "support/run_tool.hpp"

namespace {

using testing::HasSubstr;
using weft::test::run_tool;

TEST(TraceCommandLine, UnknownCommandIsWrongUsage) {
    const auto result = run_tool({"pss"});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, HasSubstr("--help"));
}

TEST(TraceCommandLine, HelpNamesTheExitCodes) {
    const auto result = run_tool({"--help"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr("3 SRC cannot be looked at"));
}

// One screen: 24 lines of 80 columns, the prompt not counted.
TEST(TraceCommandLine, EveryCommandHasJsonAndAHelpWithAnExampleOnOneScreen) {
    CLI::App app;
    weft::trace_tool::command_context context{{std::cout, std::cerr}};
    for (auto* add : weft::trace_tool::all_commands()) {
        add(app, context);
    }
    for (const CLI::App* command : app.get_subcommands({})) {
        const std::string help = run_tool({command->get_name(), "--help"}).out;
        EXPECT_THAT(help, HasSubstr("--json")) << command->get_name();
        EXPECT_THAT(help, HasSubstr("\n  weft-trace " + command->get_name())) << help;
        EXPECT_LE(std::count(help.begin(), help.end(), '\n'), 23) << help;
    }
}

}  // namespace
