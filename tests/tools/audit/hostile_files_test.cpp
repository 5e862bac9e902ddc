// SPDX-License-Identifier: BSL-1.0

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "support/run_audit.hpp"
#include "support/temporary_directory.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;
using weft::test::run_audit;
using weft::test::temporary_directory;

std::string bytes_of(const char* file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The tool said one line that names the file, and nothing else.
void expect_refused(const std::string& file, const std::string& problem = "") {
    const auto result = run_audit({file});
    EXPECT_EQ(result.code, 2) << file;
    EXPECT_EQ(result.out, "");
    EXPECT_THAT(result.err, StartsWith("weft-audit: " + file + ": "));
    EXPECT_THAT(result.err, HasSubstr(problem));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1);
}

TEST(AuditHostileFiles, WhatIsNoElfFileIsNamed) {
    const temporary_directory directory;
    expect_refused(directory.path() / "missing", "No such file");
    expect_refused(directory.path(), "not a regular file");
    expect_refused(directory.write("empty", ""), "not an ELF file");
    expect_refused(directory.write("text", "#!/bin/sh\n"), "not an ELF file");
    const auto pipe = directory.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    expect_refused(pipe, "not a regular file");
}

TEST(AuditHostileFiles, ForeignMachineIsNamed) {
    const temporary_directory directory;
    std::string bytes = bytes_of(WEFT_AUDITED_WAITS);
    bytes[18] = '\xB7';
    bytes[19] = '\0';
    expect_refused(directory.write("foreign", bytes), "built for 64-bit AArch64");
}

TEST(AuditHostileFiles, ObjectFileIsRefused) {
    const temporary_directory directory;
    std::string bytes = bytes_of(WEFT_AUDITED_WAITS);
    bytes[16] = 1;
    expect_refused(directory.write("object", bytes), "neither a program nor a shared library");
}

TEST(AuditHostileFiles, SegmentBehindTheEndIsRefused) {
    const temporary_directory directory;
    std::string bytes = bytes_of(WEFT_AUDITED_WAITS);
    constexpr std::size_t size_of_first_segment =
        sizeof(Elf64_Ehdr) + offsetof(Elf64_Phdr, p_filesz);
    bytes.at(size_of_first_segment + 4) = 1;
    expect_refused(directory.write("short", bytes), "cut short");
}

TEST(AuditHostileFiles, NameCannotControlTheTerminal) {
    EXPECT_EQ(run_audit({"/\x1b[2J\nx"}).err, "weft-audit: /?[2J?x: No such file or directory\n");
}

TEST(AuditHostileFilesSlow, FileCutShortAnywhereIsRefused) {
    const temporary_directory directory;
    const std::string whole = bytes_of(WEFT_AUDITED_WAITS);
    for (std::size_t length = 0; length < whole.size(); length += length < 256 ? 1 : 31) {
        expect_refused(directory.write("short", std::string_view(whole).substr(0, length)));
    }
    expect_refused(directory.write("short", std::string_view(whole).substr(0, whole.size() - 1)));
}

TEST(AuditHostileFilesSlow, AnyDamageEndsWithAnAnswerOrOneLine) {
    const temporary_directory directory;
    const std::string whole = bytes_of(WEFT_AUDITED_WAITS);
    std::minstd_rand random(1);
    for (int round = 0; round < 300; ++round) {
        std::string bytes = whole;
        for (int i = 0; i < 8; ++i) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        const std::string file = directory.write("damaged", bytes);
        const auto result = run_audit({file});
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), result.code == 2 ? 1 : 0)
            << "round " << round << ": " << result.err;
    }
}

TEST(AuditHostileFilesSlow, DamagedTablesEndWithAnAnswerOrOneLine) {
    const temporary_directory directory;
    const std::string whole = bytes_of(WEFT_AUDITED_WAITS);
    // The headers, the dynamic symbols, strings and versions lie at the begin, the section headers
    // at the end.
    for (std::size_t at = 0; at < whole.size(); at += at == 0x800 ? whole.size() - 0xC00 : 4) {
        std::string bytes = whole;
        bytes.replace(at, 4, "\xFF\xFF\xFF\x7F");
        const std::string file = directory.write("damaged", bytes);
        const auto result = run_audit({file});
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), result.code == 2 ? 1 : 0)
            << "at " << at << ": " << result.err;
    }
}

}  // namespace
