// SPDX-License-Identifier: BSL-1.0

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "verdict.hpp"

namespace {

using weft::audit::judgement_of;
using weft::audit::symbol_groups;
using weft::audit::verdict;

TEST(AuditSymbolTable, EveryFunctionExistsInThisCLibrary) {
    for (const auto& group : symbol_groups()) {
        for (const std::string_view symbol : group.symbols) {
            if (symbol.starts_with("__isoc23_")) {
                continue;  // since glibc 2.38
            }
            EXPECT_NE(::dlsym(RTLD_DEFAULT, std::string(symbol).c_str()), nullptr) << symbol;
        }
    }
}

/// Those that do more than libc on every fiber.
std::set<std::string> interposed_names() {
    std::set<std::string> names;
    std::ifstream file(WEFT_INTERPOSED_NAMES);
    for (std::string line; std::getline(file, line) && !line.starts_with("# What follows");) {
        if (!line.empty() && line.front() != '#') {
            names.insert(line);
        }
    }
    return names;
}

// Whoever adds a function to the layer moves it in the table.
TEST(AuditSymbolTable, CallsCoveredOrOffloadedExactlyWhatTheLayerExports) {
    std::set<std::string> named;
    for (const auto& group : symbol_groups()) {
        if (group.why.is == verdict::covered || group.why.is == verdict::offloaded) {
            named.insert(group.symbols.begin(), group.symbols.end());
        }
    }
    EXPECT_EQ(named, interposed_names());
}

TEST(AuditSymbolTable, NamesEachFunctionOnce) {
    std::set<std::string_view> seen;
    for (const auto& group : symbol_groups()) {
        for (const std::string_view symbol : group.symbols) {
            EXPECT_TRUE(seen.insert(symbol).second) << symbol;
        }
    }
}

TEST(AuditSymbolTable, SaysWhatToDoUnlessNothingIsToBeDone) {
    for (const auto& group : symbol_groups()) {
        const bool fine = group.why.is == verdict::covered || group.why.is == verdict::offloaded;
        EXPECT_EQ(group.why.remedy.empty(), fine) << group.why.reason;
        EXPECT_FALSE(group.why.reason.empty()) << group.symbols.front();
    }
}

TEST(AuditSymbolTable, KnowsTheFortifiedVariants) {
    for (const char* each : {"__read_chk", "__recv_chk", "__recvfrom_chk", "__poll_chk",
                             "__ppoll_chk", "__pread_chk", "__pread64_chk"}) {
        EXPECT_NE(judgement_of(each), nullptr) << each;
    }
    EXPECT_EQ(judgement_of("memcpy"), nullptr);
}

}  // namespace
