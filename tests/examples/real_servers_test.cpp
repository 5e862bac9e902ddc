// SPDX-License-Identifier: BSL-1.0
//
// The support that starts real servers, before anything of weft is asked of them.
#include "support/child_process.hpp"
#include "support/dnsmasq.hpp"
#include "support/nginx.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

namespace weft::test {
namespace {

TEST(ChildProcess, KeepsOutputAndExitCode) {
    child_process shell({"sh", "-c", "echo listening on 12; echo oops >&2; exit 3"});
    EXPECT_EQ(shell.wait_for_line("listening on "), "12");
    EXPECT_EQ(shell.wait(), 3);
    EXPECT_EQ(shell.output(), "listening on 12\n");
    EXPECT_EQ(shell.errors(), "oops\n");
}

TEST(ChildProcess, TellsWhichSignalEndedIt) {
    child_process sleeper({"sleep", "1000"});
    EXPECT_TRUE(sleeper.running());
    EXPECT_EQ(sleeper.stop(), -SIGTERM);
    EXPECT_FALSE(sleeper.running());
}

TEST(ChildProcess, ReportsTheOutputOfOneThatEndsTooEarly) {
    child_process shell({"sh", "-c", "echo no such luck >&2"});
    try {
        shell.wait_for_output("ready");
        FAIL() << "there is no such output";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("no such luck"), std::string::npos);
    }
}

TEST(ChildProcess, StartsWithTheGivenEnvironmentAndLimit) {
    child_process shell({"sh", "-c", "echo $WEFT_WORD; ulimit -n"},
                        {.environment = {{"WEFT_WORD", "shuttle"}}, .descriptor_limit = 64});
    EXPECT_EQ(shell.wait(), 0);
    EXPECT_EQ(shell.output(), "shuttle\n64\n");
}

TEST(ChildProcess, RefusesAProgramThatIsNotInstalled) {
    EXPECT_THROW(child_process({"weft-no-such-program"}), std::runtime_error);
}

TEST(Nginx, StartsAndReloads) {
    const loopback::certificate_authority authority;
    const temporary_directory files;
    nginx server({{"one.test", authority.issue({.host_names = {"one.test"}})}}, files.path());
    server.reload();
    EXPECT_NE(server.port(), 0);
}

TEST(Dnsmasq, StartsAgainOnTheSamePort) {
    dnsmasq server({"one.test", "two.test"});
    const auto address = server.address();
    server.stop();
    server.start();
    EXPECT_EQ(server.address(), address);
}

}  // namespace
}  // namespace weft::test
