// SPDX-License-Identifier: BSL-1.0
#include "loopback/certificates.hpp"
#include "support/child_process.hpp"
#include "support/nginx.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weft::test {
namespace {

constexpr const char* program = WEFT_PROGRAMS "/boost_fiber_port";

TEST(BoostFiberPort, FetchesFromNginxThroughItsPipeline) {
    const loopback::certificate_authority authority;
    const temporary_directory files;
    const auto ca_file = files.write("ca.pem", authority.certificate_pem()).string();
    std::vector<std::string> command{program, ca_file};
    const nginx server({{"here", authority.issue({.addresses = {"127.0.0.1"}})}}, files.path());
    const auto base = "https://127.0.0.1:" + std::to_string(server.port()) + '/';
    for (int i = 1; i <= 10; ++i) {
        const auto name = "page" + std::to_string(i);
        files.write(name, std::string(static_cast<std::size_t>(i) * 1000, 'x'));
        command.push_back(base + name);
    }
    child_process port(command);
    EXPECT_EQ(port.wait(), 0);
    EXPECT_EQ(port.errors(), "");
    for (int i = 1; i <= 10; ++i) {
        const auto line = "page" + std::to_string(i) + ": " + std::to_string(i) + "000 bytes\n";
        EXPECT_NE(port.output().find(line), std::string::npos) << line << port.output();
    }
}

TEST(BoostFiberPort, PrintsAFailureWhereAPageWouldBe) {
    const loopback::certificate_authority authority;
    const temporary_directory files;
    const auto ca_file = files.write("ca.pem", authority.certificate_pem()).string();
    child_process port({program, ca_file, "https://nowhere.invalid:1/"});
    EXPECT_EQ(port.wait(), 1);
    EXPECT_EQ(port.output().substr(0, 28), "https://nowhere.invalid:1/: ") << port.output();
}

TEST(BoostFiberPort, TellsItsUsage) {
    child_process port({program});
    EXPECT_EQ(port.wait(), 2);
    EXPECT_EQ(port.errors(), "usage: boost_fiber_port CA_FILE URL...\n");
}

}  // namespace
}  // namespace weft::test
