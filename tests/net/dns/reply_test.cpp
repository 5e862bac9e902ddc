// SPDX-License-Identifier: BSL-1.0
#include "dns/reply.hpp"

#include <weft/net/error.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace weft::net::dns {
namespace {

using std::chrono::seconds;

constexpr int type_a = 1;
constexpr int type_cname = 5;
constexpr int type_soa = 6;
constexpr int type_aaaa = 28;

/// Writes a message piece by piece.
class message {
public:
    message(int code, int answers, int authorities = 0) {
        add16(7).add16(0x8180 | code).add16(1).add16(answers).add16(authorities).add16(0);
        add_name("www.test").add16(type_a).add16(1);
    }

    message& add16(int number) {
        bytes_.push_back(static_cast<unsigned char>(number >> 8));
        bytes_.push_back(static_cast<unsigned char>(number));
        return *this;
    }
    message& add32(std::uint32_t number) {
        return add16(static_cast<int>(number >> 16)).add16(static_cast<int>(number & 0xFFFF));
    }
    message& add_name(const std::string& name) {
        const auto encoded = wire(name);
        bytes_.insert(bytes_.end(), encoded.begin(), encoded.end());
        return *this;
    }
    message& add_record(const std::string& owner, int type, std::uint32_t ttl,
                        const std::vector<unsigned char>& data) {
        add_name(owner).add16(type).add16(1).add32(ttl).add16(static_cast<int>(data.size()));
        bytes_.insert(bytes_.end(), data.begin(), data.end());
        return *this;
    }
    message& add_a(const std::string& owner, std::uint32_t ttl, unsigned char last) {
        return add_record(owner, type_a, ttl, {192, 0, 2, last});
    }
    message& add_alias(const std::string& owner, std::uint32_t ttl, const std::string& target) {
        return add_record(owner, type_cname, ttl, wire(target));
    }
    message& add_soa(std::uint32_t ttl, unsigned char minimum) {
        auto data = wire("ns.test");
        const auto mailbox = wire("admin.test");
        data.insert(data.end(), mailbox.begin(), mailbox.end());
        data.insert(data.end(), 16, 0);
        data.insert(data.end(), {0, 0, 0, minimum});
        return add_record("test", type_soa, ttl, data);
    }

    [[nodiscard]] answer read(family wanted = family::v4) const {
        return read_reply(bytes_, {"www.test", wanted});
    }
    [[nodiscard]] const std::vector<unsigned char>& bytes() const { return bytes_; }

private:
    static std::vector<unsigned char> wire(const std::string& name) {
        std::vector<unsigned char> encoded;
        for (std::size_t begin = 0; begin < name.size();) {
            const auto end = std::min(name.find('.', begin), name.size());
            encoded.push_back(static_cast<unsigned char>(end - begin));
            encoded.insert(encoded.end(), name.begin() + static_cast<std::ptrdiff_t>(begin),
                           name.begin() + static_cast<std::ptrdiff_t>(end));
            begin = end + 1;
        }
        encoded.push_back(0);
        return encoded;
    }

    std::vector<unsigned char> bytes_;
};

TEST(Reply, GivesAddressesAndTheSmallestTtl) {
    const auto found = message(0, 2).add_a("www.test", 60, 1).add_a("WWW.Test", 30, 2).read();
    ASSERT_EQ(found.addresses.size(), 2U);
    EXPECT_EQ(found.addresses[1].host(), "192.0.2.2");
    EXPECT_EQ(found.ttl, seconds(30));
    EXPECT_FALSE(found.failure);
}

TEST(Reply, GivesIPv6Addresses) {
    std::vector<unsigned char> bytes(16, 0);
    bytes.back() = 1;
    const auto found = message(0, 2)
                           .add_a("www.test", 9, 1)
                           .add_record("www.test", type_aaaa, 9, bytes)
                           .read(family::v6);
    ASSERT_EQ(found.addresses.size(), 1U);
    EXPECT_EQ(found.addresses[0].host(), "::1");
}

// Scenario 35: a chain of eight aliases, in an unhelpful order.
TEST(Reply, FollowsAliases) {
    message made(0, 9);
    made.add_a("n8.test", 60, 1);
    for (int i = 7; i > 0; --i) {
        made.add_alias("n" + std::to_string(i) + ".test", 20,
                       "n" + std::to_string(i + 1) + ".test");
    }
    const auto found = made.add_alias("www.test", 40, "n1.test").read();
    ASSERT_EQ(found.addresses.size(), 1U);
    EXPECT_EQ(found.ttl, seconds(20));
}

// Scenario 35
TEST(Reply, RefusesALoopOfAliases) {
    const auto found = message(0, 2)
                           .add_alias("www.test", 60, "b.test")
                           .add_alias("b.test", 60, "www.test")
                           .read();
    EXPECT_EQ(found.failure, errc::resolver_failure);
    EXPECT_TRUE(found.addresses.empty());
}

TEST(Reply, IgnoresRecordsThatNobodyAskedFor) {
    const auto found = message(0, 3)
                           .add_a("evil.test", 60, 66)
                           .add_alias("x.test", 60, "evil.test")
                           .add_a("www.test", 60, 1)
                           .read();
    ASSERT_EQ(found.addresses.size(), 1U);
    EXPECT_EQ(found.addresses[0].host(), "192.0.2.1");
}

TEST(Reply, TellsNoNameFromNoAddressFromFailure) {
    EXPECT_EQ(message(3, 0).read().failure, errc::name_not_found);
    EXPECT_EQ(message(0, 0).read().failure, errc::no_address);
    EXPECT_EQ(message(0, 1).add_alias("www.test", 60, "gone.test").read().failure,
              errc::no_address);
    EXPECT_EQ(message(2, 0).read().failure, errc::resolver_failure);
    EXPECT_EQ(message(5, 0).read().failure, errc::resolver_failure);
}

// RFC 2308
TEST(Reply, MayBeRememberedAsNegativeForAsLongAsTheZoneSays) {
    EXPECT_EQ(message(3, 0, 1).add_soa(60, 5).read().ttl, seconds(5));
    EXPECT_EQ(message(0, 0, 1).add_soa(3, 5).read().ttl, seconds(3));
    EXPECT_EQ(message(3, 0).read().ttl, seconds(0));
}

TEST(Reply, TakesAnAbsurdTtlForZero) {
    EXPECT_EQ(message(0, 1).add_a("www.test", 0x8000'0000, 1).read().ttl, seconds(0));
}

TEST(Reply, SurvivesEveryTruncation) {
    message made(0, 2, 1);
    made.add_alias("www.test", 60, "b.test").add_a("b.test", 60, 1).add_soa(60, 5);
    for (std::size_t size = 0; size < made.bytes().size(); ++size) {
        const std::vector<unsigned char> part(
            made.bytes().begin(), made.bytes().begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(read_reply(part, {"www.test", family::v4}).failure, errc::resolver_failure)
            << size;
    }
}

TEST(Reply, RefusesAnAddressOfTheWrongSize) {
    EXPECT_EQ(message(0, 1).add_record("www.test", type_a, 60, {1, 2, 3}).read().failure,
              errc::resolver_failure);
}

}  // namespace
}  // namespace weft::net::dns
