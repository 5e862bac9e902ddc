// SPDX-License-Identifier: BSL-1.0
#include "dns/hosts_file.hpp"
#include "support/runtime_test.hpp"

#include <weft/run.hpp>

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace weft::net::dns {
namespace {

using HostsFile = weft::test::runtime_test;

TEST_F(HostsFile, GivesEveryNameOfALineItsAddress) {
    const auto table = parse_hosts("192.0.2.1 www WWW.Test # comment\n\t::1\tsix\n");
    EXPECT_EQ(table.at("www").front().host(), "192.0.2.1");
    EXPECT_EQ(table.at("www.test").front().host(), "192.0.2.1");
    EXPECT_EQ(table.at("six").front().family(), family::v6);
    EXPECT_FALSE(table.contains("comment"));
}

TEST_F(HostsFile, GathersTheAddressesOfSeveralLinesOnce) {
    const auto table = parse_hosts("192.0.2.1 a\n192.0.2.2 a\n192.0.2.1 a");
    EXPECT_EQ(table.at("a").size(), 2U);
}

TEST_F(HostsFile, SkipsLinesThatMakeNoSense) {
    const auto table = parse_hosts("\n \n#x\n127.1 a\nnonsense b\n192.0.2.1\r\n192.0.2.1 c\r\n");
    EXPECT_EQ(table.size(), 1U);
    EXPECT_TRUE(table.contains("c"));
    EXPECT_TRUE(parse_hosts("").empty());
}

TEST_F(HostsFile, IsReadAgainAfterAChange) {
    std::string directory = (std::filesystem::temp_directory_path() / "weft-hosts-XXXXXX").string();
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    const std::string path = directory + "/hosts";
    run([&path] {
        hosts_file hosts(path);
        EXPECT_TRUE(hosts.find("a").empty());
        std::ofstream(path) << "192.0.2.1 a\n";
        EXPECT_EQ(hosts.find("a").size(), 1U);
        std::ofstream(path) << "192.0.2.1 a\n192.0.2.2 a\n";
        EXPECT_EQ(hosts.find("a").size(), 2U);
        std::filesystem::remove(path);
        EXPECT_TRUE(hosts.find("a").empty());
    });
    std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace weft::net::dns
