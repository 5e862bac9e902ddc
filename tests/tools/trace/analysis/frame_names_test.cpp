// SPDX-License-Identifier: BSL-1.0
#include "analysis/frame_names.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>

#include "recording/modules.hpp"
#include "support/temporary_file.hpp"

namespace weft::detail {

// As the runtime's own are called.
[[gnu::noinline]] int function_of_the_runtime(int number) {
    return number + 2;
}

}  // namespace weft::detail

namespace weft::test {

// Not in an anonymous namespace, so that its name is in the symbol table.
[[gnu::noinline]] int function_in_a_stack(int number) {
    return number + 1;
}

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// As a recording of this program would have them.
std::vector<trace_tool::module> own_modules() {
    return trace_tool::module_list(::getpid()).now();
}

std::uint64_t inside_the_function() {
    return std::bit_cast<std::uint64_t>(&function_in_a_stack) + 1;
}

std::string only_name(trace_tool::frame_names& names, std::uint64_t address) {
    return names.functions_at(address).front().function;
}

TEST(FrameNames, AreThoseOfTheFunctionsInTheRecordedFile) {
    const auto modules = own_modules();
    trace_tool::frame_names names(modules);
    EXPECT_EQ(only_name(names, inside_the_function()), "weft::test::function_in_a_stack(int)");
}

TEST(FrameNames, AreModuleAndOffsetIfTheFileIsAnotherOneNow) {
    auto modules = own_modules();
    for (auto& each : modules) {
        each.build_id += "?";
    }
    trace_tool::frame_names names(modules);
    EXPECT_THAT(only_name(names, inside_the_function()),
                StartsWith("weft_trace_recording_tests+0x"));
    EXPECT_THAT(names.problems(), Contains(HasSubstr("is another file")));
}

TEST(FrameNames, AreModuleAndOffsetIfTheFileHasNoBuildId) {
    auto modules = own_modules();
    for (auto& each : modules) {
        each.build_id.clear();
    }
    trace_tool::frame_names names(modules);
    EXPECT_THAT(only_name(names, inside_the_function()), HasSubstr("+0x"));
}

TEST(FrameNames, DoNotWaitForAFileThatIsNone) {
    const temporary_file file;
    ASSERT_EQ(::mkfifo(file.path().c_str(), 0600), 0);
    const std::vector<trace_tool::module> modules{{0x1000, 0x2000, 0x10, "id", file.path()}};
    trace_tool::frame_names names(modules);
    EXPECT_THAT(only_name(names, 0x1008), HasSubstr("+0x18"));
    EXPECT_THAT(names.problems(), ElementsAre(HasSubstr("cannot be read")));
}

TEST(FrameNames, LeaveOutTheRuntimeUnlessNothingElseIsThere) {
    const auto modules = own_modules();
    trace_tool::frame_names names(modules);
    const auto unknown = std::uint64_t{16};
    EXPECT_EQ(names.functions_of({{unknown}, false}).front().function, "0x10");
    EXPECT_THAT(names.functions_of({{}, false}), IsEmpty());
}

TEST(FrameNames, HaveTheRuntimeWhereAStackIsNothingElse) {
    const auto modules = own_modules();
    trace_tool::frame_names names(modules);
    const auto internal = std::bit_cast<std::uint64_t>(&detail::function_of_the_runtime) + 1;
    const auto alone = names.functions_of({{internal}, false});
    ASSERT_EQ(alone.size(), 1U);
    EXPECT_EQ(alone.front().function, "weft::detail::function_of_the_runtime(int)");
    const auto called = names.functions_of({{internal, inside_the_function()}, false});
    ASSERT_EQ(called.size(), 1U);
    EXPECT_EQ(called.front().function, "weft::test::function_in_a_stack(int)");
}

TEST(FrameNames, OfAFunctionAndItsLine) {
    EXPECT_EQ(trace_tool::function_and_line({1, "shop::serve(int)", "/src/shop.cpp", 12}),
              "shop::serve  shop.cpp:12");
    EXPECT_EQ(trace_tool::function_and_line({1, "app+0x10", "", 0}), "app+0x10");
}

}  // namespace
}  // namespace weft::test
