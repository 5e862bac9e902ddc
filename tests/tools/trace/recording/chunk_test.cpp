// SPDX-License-Identifier: BSL-1.0
#include "recording/chunk.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "recording/chunk_fields.hpp"
#include "recording/recording_error.hpp"
#include "support/sample_chunk.hpp"

namespace weft::test {
namespace {

using trace_tool::bad_chunk;
using trace_tool::chunk;
using trace_tool::pack;
using trace_tool::unpack;

template <class Record>
bool same_bytes(const std::vector<Record>& a, const std::vector<Record>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(Record)) == 0;
}

std::string message_of(const std::string& content) {
    try {
        unpack(content);
    } catch (const bad_chunk& bad) {
        return bad.what();
    }
    return "nothing was thrown";
}

// The content of a chunk with one field.
std::string with_field(protozero::pbf_tag_type field, const std::string& bytes) {
    std::string content;
    protozero::pbf_writer(content).add_bytes(field, bytes);
    return content;
}

std::string records(std::uint64_t count, protozero::pbf_tag_type tag, const std::string& column) {
    std::string message;
    protozero::pbf_writer out(message);
    out.add_uint64(trace_tool::record_count, count);
    out.add_bytes(tag, column);
    return message;
}

TEST(Chunk, UnpacksToWhatWasPacked) {
    const auto packed = sample_chunk();
    const auto read = unpack(pack(packed));
    EXPECT_EQ(read.program, packed.program);
    EXPECT_EQ(read.modules, packed.modules);
    EXPECT_EQ(read.strings, packed.strings);
    EXPECT_EQ(read.constants, packed.constants);
    EXPECT_TRUE(same_bytes(read.objects, packed.objects));
    EXPECT_EQ(read.stacks, packed.stacks);
    EXPECT_EQ(read.gaps, packed.gaps);
    EXPECT_TRUE(same_bytes(read.rows, packed.rows));
    EXPECT_TRUE(same_bytes(read.events, packed.events));
    EXPECT_EQ(read.lost(), 6U);
}

TEST(Chunk, SkipsFieldsOfLaterVersions) {
    auto content = pack(sample_chunk());
    protozero::pbf_writer later(content);
    later.add_string(99, "later");
    later.add_fixed64(100, 1);
    later.add_uint32(trace_tool::chunk_field::program, 3);  // a known number of another kind
    EXPECT_EQ(unpack(content).events.size(), sample_chunk().events.size());
}

TEST(Chunk, RefusesMoreRecordsThanItHasBytes) {
    EXPECT_EQ(message_of(with_field(trace_tool::chunk_field::events, records(5'000'000, 2, ""))),
              "events: 5000000, at most 7");
}

TEST(Chunk, RefusesAColumnThatIsLongerThanTheOthers) {
    EXPECT_EQ(message_of(with_field(trace_tool::chunk_field::events, records(1, 2, "\x02\x02"))),
              "column type has more values than there are 1 records");
}

TEST(Chunk, RefusesAColumnThatIsShorterThanTheOthers) {
    EXPECT_EQ(message_of(with_field(trace_tool::chunk_field::events, records(2, 2, "\x02"))),
              "end of buffer exception");
}

TEST(Chunk, RefusesAValueThatDoesNotFitItsMember) {
    EXPECT_EQ(message_of(with_field(trace_tool::chunk_field::events, records(1, 2, "\x80\x04"))),
              "column type has the value 256, which is too large");
}

TEST(Chunk, RefusesANameThatIsTooLong) {
    const auto row = records(1, trace_tool::row_names, std::string(33, 'n') + '\0');
    EXPECT_EQ(message_of(with_field(trace_tool::chunk_field::rows, row)),
              "the name of a fiber is cut off or too long");
}

TEST(Chunk, RefusesAGapBehindItsEvents) {
    auto packed = sample_chunk();
    packed.gaps = {{4, 1}};
    EXPECT_EQ(message_of(pack(packed)), "a gap before event 4 of 3");
}

TEST(Chunk, TakesTenBytesForAnEventOfAnEvenProgram) {
    chunk packed;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        packed.events.push_back({1000 * i, 1 + i % 10, trace::event_type::switched, 3, 9,
                                 1 + (i + 1) % 10, 40, 0x7f00'0000'0000});
    }
    EXPECT_LT(pack(packed).size(), 10'000U);
}

}  // namespace
}  // namespace weft::test
