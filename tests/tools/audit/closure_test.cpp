// SPDX-License-Identifier: BSL-1.0

#include "closure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "error.hpp"
#include "support/child_process.hpp"
#include "support/run_audit.hpp"
#include "support/temporary_directory.hpp"

namespace {

using testing::HasSubstr;
using weft::audit::bad_file;
using weft::audit::library_search;
using weft::audit::load_closures;
using weft::audit::loader_cache;
using weft::test::run_audit;

std::filesystem::path file_of(const std::string& library,
                              const std::vector<weft::audit::elf_file>& modules) {
    for (const auto& each : modules) {
        if (each.path.filename() == library) {
            return std::filesystem::canonical(each.path);
        }
    }
    return {};
}

/// What ldd of this machine prints: lines `name => path (address)` or `path (address)`.
std::set<std::filesystem::path> by_ldd(const std::string& file) {
    weft::test::child_process ldd({"ldd", file});
    EXPECT_EQ(ldd.wait(), 0);
    std::set<std::filesystem::path> found;
    std::istringstream words(ldd.output());
    for (std::string word; words >> word;) {
        if (word.front() == '/') {
            found.insert(std::filesystem::canonical(word));
        }
    }
    return found;
}

TEST(AuditClosure, IsWhatTheLoaderLoads) {
    for (const char* file : {WEFT_AUDITED_BY_RUNPATH, WEFT_AUDITED_BY_RPATH}) {
        std::set<std::filesystem::path> found;
        const auto modules = load_closures({file}, {loader_cache::of_this_machine(), ""});
        for (const auto& each : modules) {
            found.insert(std::filesystem::canonical(each.path));
        }
        found.erase(std::filesystem::canonical(file));
        EXPECT_EQ(found, by_ldd(file)) << file;
    }
}

TEST(AuditClosure, WithoutCacheTheStandardDirectoriesAreSearched) {
    EXPECT_EQ(load_closures({WEFT_AUDITED_CLEAN}, {loader_cache(), ""}).size(),
              by_ldd(WEFT_AUDITED_CLEAN).size() + 1);
}

TEST(AuditClosure, LibraryPathPrecedesRunpathButNotRpath) {
    const weft::test::temporary_directory other;
    const auto library = std::filesystem::path(WEFT_AUDITED_WAITS);
    std::filesystem::copy_file(library, other.path() / library.filename());
    const library_search search(loader_cache(), "/nowhere:" + other.path().string());
    EXPECT_EQ(file_of(library.filename(), load_closures({WEFT_AUDITED_BY_RUNPATH}, search)),
              std::filesystem::canonical(other.path() / library.filename()));
    EXPECT_EQ(file_of(library.filename(), load_closures({WEFT_AUDITED_BY_RPATH}, search)),
              std::filesystem::canonical(library));
}

TEST(AuditClosure, LibraryForAnotherMachineIsPassedOver) {
    const weft::test::temporary_directory other;
    const auto copy = other.path() / std::filesystem::path(WEFT_AUDITED_WAITS).filename();
    std::filesystem::copy_file(WEFT_AUDITED_WAITS, copy);
    std::fstream(copy, std::ios::in | std::ios::out | std::ios::binary).seekp(18).put('\x08');
    const library_search search(loader_cache(), other.path().string());
    EXPECT_EQ(file_of(copy.filename(), load_closures({WEFT_AUDITED_BY_RUNPATH}, search)),
              std::filesystem::canonical(WEFT_AUDITED_WAITS));
}

TEST(AuditClosure, LibraryThatCannotBeFoundIsNamedWithWhoNeedsIt) {
    const auto result = run_audit({WEFT_AUDITED_LOST});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "weft-audit: " WEFT_AUDITED_LOST
                          ": needs libaudited_waits.so, which cannot be found\n");
}

TEST(AuditClosure, CircleOfLibrariesEnds) {
    // libc.so.6 and the loader need each other on most machines.
    EXPECT_NO_THROW(static_cast<void>(
        load_closures({"/lib64/ld-linux-x86-64.so.2"}, {loader_cache::of_this_machine(), ""})));
}

}  // namespace
