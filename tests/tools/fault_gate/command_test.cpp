// SPDX-License-Identifier: BSL-1.0
#include "command.hpp"
#include "options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace weft::gate_tool {

namespace {

using testing::gate_faults;

std::string refusal_of(const std::vector<std::string>& arguments) {
    try {
        (void)parse(arguments);
        return "";
    } catch (const refusal& refused) {
        return refused.what();
    }
}

}  // namespace

TEST(FaultGateCommand, AddsOneFaultToTheOthers) {
    gate_faults faults;
    for (const char* each : {"delay 20", "pieces 7", "limit 8", "corrupt 9", "only-to-client"}) {
        amend(each, faults);
    }
    EXPECT_EQ(faults.delay, std::chrono::milliseconds(20));
    EXPECT_EQ(faults.largest_piece, 7U);
    EXPECT_EQ(faults.limit, 8U);
    EXPECT_EQ(faults.corrupt_every, 9U);
    EXPECT_FALSE(faults.to_server);
    EXPECT_TRUE(faults.to_client);
    amend("recover", faults);
    EXPECT_EQ(faults.limit, gate_faults::never);
    EXPECT_TRUE(faults.to_server);
}

TEST(FaultGateCommand, ClosesAndResets) {
    gate_faults faults;
    amend("close", faults);
    EXPECT_EQ(faults.close_after, 0U);
    EXPECT_FALSE(faults.reset);
    amend("reset-after 5", faults);
    EXPECT_EQ(faults.close_after, 5U);
    EXPECT_TRUE(faults.reset);
}

TEST(FaultGateCommand, NamesWhatItDoesNotKnow) {
    gate_faults faults;
    for (const char* wrong : {"explode", "delay", "delay x", "delay -1", "drop 3", ""}) {
        EXPECT_THROW(amend(wrong, faults), refusal) << wrong;
    }
}

TEST(FaultGateOptions, AreServerAndFaults) {
    const auto chosen = parse({"--delay=5", "127.0.0.1:80", "--listen=[::1]:7", "--refuse"});
    EXPECT_EQ(chosen.server.to_string(), "127.0.0.1:80");
    EXPECT_EQ(chosen.listen.to_string(), "[::1]:7");
    EXPECT_EQ(chosen.faults.delay, std::chrono::milliseconds(5));
    EXPECT_TRUE(chosen.faults.refuse);
}

TEST(FaultGateOptions, NameWhatIsWrong) {
    EXPECT_THAT(refusal_of({}), ::testing::HasSubstr("which server"));
    EXPECT_THAT(refusal_of({"127.0.0.1"}), ::testing::HasSubstr("which port"));
    EXPECT_THAT(refusal_of({"localhost:80"}), ::testing::HasSubstr("localhost:80"));
    EXPECT_THAT(refusal_of({"1.1.1.1:1", "2.2.2.2:2"}), ::testing::HasSubstr("2.2.2.2:2"));
    EXPECT_THAT(refusal_of({"1.1.1.1:1", "--explode"}), ::testing::HasSubstr("explode"));
}

}  // namespace weft::gate_tool
