// SPDX-License-Identifier: BSL-1.0

#include "loader_cache.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

namespace {

using weft::audit::loader_cache;

void append_number(std::string& bytes, std::uint32_t number) {
    char raw[sizeof number];
    std::memcpy(raw, &number, sizeof number);
    bytes.append(raw, sizeof raw);
}

/// One entry: libx.so.1 => /opt/libx.so.1.
std::string cache_bytes() {
    std::string bytes = "glibc-ld.so.cache1.1";
    for (const std::uint32_t number : {1U, 30U, 0U, 0U, 0U, 0U, 0U}) {
        append_number(bytes, number);
    }
    constexpr std::uint32_t strings = 48 + 24;
    for (const std::uint32_t number : {0x0303U, strings, strings + 10, 0U, 0U, 0U}) {
        append_number(bytes, number);
    }
    return bytes + std::string("libx.so.1\0/opt/libx.so.1\0", 25);
}

TEST(AuditLoaderCache, KnowsWhereALibraryLies) {
    const auto found = loader_cache(cache_bytes()).find("libx.so.1");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front(), "/opt/libx.so.1");
}

TEST(AuditLoaderCache, LeavesOutLibrariesForSomeProcessors) {
    std::string bytes = cache_bytes();
    bytes[48 + 16] = 1;
    EXPECT_TRUE(loader_cache(bytes).find("libx.so.1").empty());
}

TEST(AuditLoaderCache, OfAnyLengthDoesNoHarm) {
    const std::string whole = cache_bytes();
    for (std::size_t length = 0; length < whole.size() - 1; ++length) {
        for (const auto& each : loader_cache(whole.substr(0, length)).find("libx.so.1")) {
            EXPECT_LE(each.string().size(), length);
        }
    }
}

TEST(AuditLoaderCache, UnknownFormatIsEmpty) {
    std::string bytes = cache_bytes();
    bytes[0] = 'G';
    EXPECT_TRUE(loader_cache(bytes).find("libx.so.1").empty());
}

TEST(AuditLoaderCache, OfThisMachineKnowsTheCLibrary) {
    EXPECT_FALSE(loader_cache::of_this_machine().find("libc.so.6").empty());
}

}  // namespace
