// SPDX-License-Identifier: BSL-1.0

#include "stacks/demangle.hpp"

#include <gtest/gtest.h>

namespace {

using weft::trace_tool::demangled;
using weft::trace_tool::is_internal;
using weft::trace_tool::shortened;

TEST(TraceNames, AreDemangled) {
    EXPECT_EQ(demangled("_ZN4shop5serveEi"), "shop::serve(int)");
    EXPECT_EQ(demangled("main"), "main");
}

TEST(TraceNames, LoseResultParametersAndTemplateArguments) {
    EXPECT_EQ(shortened("shop::serve(int)"), "shop::serve");
    EXPECT_EQ(shortened("void shop::serve<int, std::vector<int> >(int) const"), "shop::serve");
    EXPECT_EQ(shortened("main"), "main");
}

TEST(TraceNames, KeepWhatTellsLambdasAndOperatorsApart) {
    EXPECT_EQ(shortened("main::{lambda(int, char)#2}::operator()(int, char) const"),
              "main::{lambda(int, char)#2}::operator()");
    EXPECT_EQ(shortened("bool operator< <int>(a<int> const&, int)"), "operator<");
    EXPECT_EQ(shortened("operator()"), "operator()");
    EXPECT_EQ(shortened("(anonymous namespace)::work(int)"), "(anonymous namespace)::work");
}

TEST(TraceNames, OfTheRuntimeAreInternalAndThoseOfItsUsersAreNot) {
    EXPECT_TRUE(is_internal("weft::detail::scheduler::run_fiber(weft::detail::fiber&)"));
    EXPECT_TRUE(is_internal("void std::__invoke<int>(int)"));
    EXPECT_TRUE(is_internal("weft_wait_here"));
    EXPECT_FALSE(is_internal("weft::mutex::lock()"));
    EXPECT_FALSE(is_internal("main::{lambda()#1}::operator()() const"));
}

}  // namespace
