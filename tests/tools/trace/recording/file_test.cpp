// SPDX-License-Identifier: BSL-1.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "recording/file_reader.hpp"
#include "recording/file_writer.hpp"
#include "recording/recording_error.hpp"
#include "support/sample_chunk.hpp"
#include "support/temporary_file.hpp"

namespace weft::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using trace_tool::file_reader;
using trace_tool::file_writer;
using trace_tool::recording_error;

// A file of `chunks` times the sample, finished.
std::string file_of(int chunks) {
    const temporary_file file;
    file_writer out(file.path());
    for (int i = 0; i < chunks; ++i) {
        out.write(sample_chunk());
    }
    out.finish();
    return file.content();
}

file_reader reader_of(const std::string& bytes) {
    return {std::make_unique<std::istringstream>(bytes), "a.ftr"};
}

struct reading {
    std::size_t chunks = 0;
    bool complete = false;
    std::string error;
};

reading read_all(const std::string& bytes) {
    reading read;
    try {
        auto file = reader_of(bytes);
        while (file.next()) {
            ++read.chunks;
        }
        read.complete = file.complete();
    } catch (const recording_error& damaged) {
        read.error = damaged.what();
    }
    return read;
}

TEST(RecordingFile, HasItsChunksInOrder) {
    auto file = reader_of(file_of(3));
    for (std::uint64_t i = 0; i < 3; ++i) {
        const auto read = file.next();
        ASSERT_TRUE(read);
        EXPECT_EQ(read->sequence, i);
        EXPECT_EQ(read->began.monotonic, sample_chunk().began.monotonic);
        EXPECT_EQ(read->events.size(), 3U);
    }
    EXPECT_FALSE(file.next());
    EXPECT_TRUE(file.complete());
}

TEST(RecordingFile, CanBeReadOnlyByItsOwner) {
    const temporary_file file;
    file_writer out(file.path());
    const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
    EXPECT_EQ(std::filesystem::status(file.path()).permissions() & others,
              std::filesystem::perms::none);
}

TEST(RecordingFile, IsGoodUpToItsLastWholeChunkWhereverItEnds) {
    const auto whole = file_of(2);
    const auto one = file_of(1).size();
    for (std::size_t size = sizeof(trace_tool::chunk_header); size < whole.size(); ++size) {
        const auto read = read_all(whole.substr(0, size));
        ASSERT_EQ(read.error, "") << size;
        ASSERT_FALSE(read.complete) << size;
        ASSERT_LE(read.chunks, 2U);
        ASSERT_TRUE(size < one || read.chunks >= 1) << size;
    }
    EXPECT_TRUE(read_all(whole).complete);
}

// What a recorder has written is there, wherever it is just now.
TEST(RecordingFile, IsReadOnWhenItHasGrown) {
    const auto whole = file_of(3);
    for (const std::size_t cut : {std::size_t{200}, whole.size() / 3, whole.size() / 2,
                                  whole.size() - 20, whole.size() - 1}) {
        const temporary_file growing;
        growing.fill(whole.substr(0, cut));
        file_reader reader(growing.path());
        std::size_t chunks = 0;
        while (reader.next()) {
            ++chunks;
        }
        EXPECT_FALSE(reader.complete());
        EXPECT_FALSE(reader.next());
        growing.fill(whole);
        reader.look_again();
        while (reader.next()) {
            ++chunks;
        }
        EXPECT_EQ(chunks, 3U) << cut;
        EXPECT_TRUE(reader.complete());
        reader.look_again();
        EXPECT_FALSE(reader.next());
    }
}

TEST(RecordingFile, FindsEveryFlippedBitOfItsChunks) {
    const auto whole = file_of(2);
    const auto index_at = whole.size() - sizeof(trace_tool::trailer);
    for (std::size_t bit = 0; bit < 8 * index_at; bit += 7) {
        auto bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        const auto read = read_all(bytes);
        ASSERT_TRUE(!read.error.empty() || !read.complete) << "bit " << bit;
    }
}

TEST(RecordingFile, NamesTheByteAtWhichItIsDamaged) {
    auto bytes = file_of(1);
    bytes[sizeof(trace_tool::chunk_header) + 20] ^= 1;
    EXPECT_EQ(read_all(bytes).error, "a.ftr: damaged at byte 0: the checksum is wrong");
}

TEST(RecordingFile, RefusesAVersionThatItDoesNotKnow) {
    auto bytes = file_of(1);
    bytes[offsetof(trace_tool::chunk_header, version)] = 9;
    EXPECT_THAT(read_all(bytes).error, HasSubstr("format version 9; this program reads version 1"));
}

TEST(RecordingFile, SaysThatAnotherFileIsNone) {
    EXPECT_EQ(read_all("#!/bin/sh\n").error, "a.ftr: is no recording of weft-trace");
    EXPECT_EQ(read_all("").error, "a.ftr: is no recording of weft-trace");
}

TEST(RecordingFile, SaysThatAFileDoesNotExist) {
    const temporary_file none;
    try {
        const file_reader file(none.path());
        ADD_FAILURE() << "it was opened";
    } catch (const recording_error& missing) {
        EXPECT_EQ(missing.what(), none.path().string() + ": No such file or directory");
    }
}

TEST(RecordingFile, IsSurveyedByItsHeaders) {
    const auto whole = survey_of(reader_of(file_of(3)));
    EXPECT_EQ(whole.chunks, 3U);
    EXPECT_EQ(whole.events, 9U);
    EXPECT_EQ(whole.lost, 18U);
    EXPECT_EQ(whole.counts[0], 6U);
    EXPECT_EQ(whole.counts[5], 3U);
    EXPECT_EQ(whole.first_time, 1001U);
    EXPECT_EQ(whole.ended.ticks, 2000U);
    EXPECT_TRUE(whole.complete);
}

TEST(RecordingFile, IsSurveyedUpToItsDamage) {
    auto bytes = file_of(1);
    const auto index_at = bytes.rfind("ftrchunk");
    bytes[index_at] ^= 1;
    const auto whole = survey_of(reader_of(bytes));
    EXPECT_EQ(whole.chunks, 1U);
    EXPECT_THAT(whole.damage, StartsWith("a.ftr: damaged at byte " + std::to_string(index_at)));
}

}  // namespace
}  // namespace weft::test
