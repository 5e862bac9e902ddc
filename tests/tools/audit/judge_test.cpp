// SPDX-License-Identifier: BSL-1.0

#include "judge.hpp"

#include <gtest/gtest.h>

namespace {

using weft::audit::elf_file;
using weft::audit::is_bad;
using weft::audit::judge;

elf_file importing(const std::string& name, const std::string& library) {
    elf_file file;
    file.path = "/some/program";
    file.imports.push_back({name, library});
    return file;
}

TEST(AuditJudge, FunctionOfAnotherLibraryIsNotThatOfTheCLibrary) {
    EXPECT_TRUE(is_bad(judge({importing("msgrcv", "libc.so.6")}).at(0)));
    EXPECT_FALSE(is_bad(judge({importing("msgrcv", "libother.so.1")}).at(0)));
}

TEST(AuditJudge, FunctionWithoutVersionIsWhoseItIsDefinedBy) {
    elf_file other;
    other.path = "/some/library";
    EXPECT_TRUE(is_bad(judge({importing("msgrcv", ""), other}).at(0)));
    other.exports.emplace_back("msgrcv");
    EXPECT_FALSE(is_bad(judge({importing("msgrcv", ""), other}).at(0)));
}

TEST(AuditJudge, FunctionOfOldThreadLibraryCounts) {
    EXPECT_TRUE(is_bad(judge({importing("pthread_exit", "libpthread.so.0")}).at(0)));
}

TEST(AuditJudge, ImportInTwoVersionsIsOneFinding) {
    elf_file file = importing("pthread_cond_wait", "libc.so.6");
    file.imports.push_back(file.imports.front());
    EXPECT_EQ(judge({file}).at(0).findings.size(), 1U);
}

TEST(AuditJudge, ProgramOfAnotherCLibraryBlocks) {
    elf_file file;
    file.path = "/some/program";
    file.interpreter = "/lib/ld-musl-x86_64.so.1";
    EXPECT_TRUE(is_bad(judge({file}).at(0)));
    file.interpreter = "/lib64/ld-linux-x86-64.so.2";
    EXPECT_FALSE(is_bad(judge({file}).at(0)));
}

TEST(AuditJudge, SetuidProgramIsNoted) {
    elf_file file;
    file.path = "/some/program";
    file.interpreter = "/lib64/ld-linux-x86-64.so.2";
    file.is_setuid = true;
    EXPECT_EQ(judge({file}).at(0).findings.at(0).what, "setuid");
}

}  // namespace
