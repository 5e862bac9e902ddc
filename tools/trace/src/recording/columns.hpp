// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Records as columns of a protocol buffers message: each member of the record is one packed list.

#include "recording/recording_error.hpp"

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <protozero/varint.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace weft::trace_tool {

/// One member of a record.
template <class Record>
struct column {
    protozero::pbf_tag_type tag;
    const char* name;
    void (*pack)(protozero::pbf_writer& out, const column& self,
                 const std::vector<Record>& records);
    void (*unpack)(protozero::data_view packed, const column& self, std::vector<Record>& records);
};

namespace columns_detail {

template <class>
struct member_of;

template <class Record, class Value>
struct member_of<Value Record::*> {
    using record = Record;
    using value = Value;
};

template <auto Member>
using record_of = typename member_of<decltype(Member)>::record;

template <auto Member>
using value_of = typename member_of<decltype(Member)>::value;

// Differences wrap around: what is added up again is what there was.
template <auto Member>
void pack(protozero::pbf_writer& out, const column<record_of<Member>>& self,
          const std::vector<record_of<Member>>& records) {
    std::string packed;
    packed.reserve(records.size() * 2);
    std::uint64_t before = 0;
    for (const auto& each : records) {
        const auto value = static_cast<std::uint64_t>(each.*Member);
        const auto difference = static_cast<std::int64_t>(value - before);
        protozero::add_varint_to_buffer(&packed, protozero::encode_zigzag64(difference));
        before = value;
    }
    out.add_bytes(self.tag, packed);
}

template <class Value>
Value narrow(std::uint64_t value, const char* column_name) {
    static_assert(sizeof(Value) <= sizeof(std::uint64_t));
    if constexpr (sizeof(Value) < sizeof(std::uint64_t)) {
        if (value >> (8 * sizeof(Value)) != 0) {
            throw bad_chunk("column " + std::string(column_name) + " has the value " +
                            std::to_string(value) + ", which is too large");
        }
    }
    return static_cast<Value>(value);
}

template <auto Member>
void unpack(protozero::data_view packed, const column<record_of<Member>>& self,
            std::vector<record_of<Member>>& records) {
    const char* at = packed.data();
    const char* const end = at + packed.size();
    std::uint64_t value = 0;
    for (auto& each : records) {
        const auto encoded = protozero::decode_varint(&at, end);
        value += static_cast<std::uint64_t>(protozero::decode_zigzag64(encoded));
        each.*Member = narrow<value_of<Member>>(value, self.name);
    }
    if (at != end) {
        throw bad_chunk("column " + std::string(self.name) + " has more values than there are " +
                        std::to_string(records.size()) + " records");
    }
}

}  // namespace columns_detail

template <auto Member>
constexpr auto make_column(protozero::pbf_tag_type tag, const char* name) {
    return column<columns_detail::record_of<Member>>{tag, name, &columns_detail::pack<Member>,
                                                     &columns_detail::unpack<Member>};
}

/// The field that says how many records there are; before all columns.
inline constexpr protozero::pbf_tag_type record_count = 1;

template <class Record>
void pack_records(protozero::pbf_writer& out, std::span<const column<Record>> columns,
                  const std::vector<Record>& records) {
    out.add_uint64(record_count, records.size());
    for (const auto& each : columns) {
        each.pack(out, each, records);
    }
}

/// \throws bad_chunk  if there would be more than `most`.
inline std::size_t checked_count(std::uint64_t count, std::uint64_t most, const char* what) {
    if (count > most) {
        throw bad_chunk(std::string(what) + ": " + std::to_string(count) + ", at most " +
                        std::to_string(most));
    }
    return static_cast<std::size_t>(count);
}

/// Fields of `message` that are no column are given to `other`.
///
/// \throws bad_chunk, protozero::exception
template <class Record, class Other>
std::vector<Record> unpack_records(protozero::pbf_reader message,
                                   std::span<const column<Record>> columns, std::uint64_t most,
                                   const char* what, Other other) {
    // A record takes a byte at least: a few bytes cannot make us reserve much.
    most = std::min<std::uint64_t>(most, message.length());
    std::vector<Record> records;
    while (message.next()) {
        if (message.wire_type() == protozero::pbf_wire_type::varint &&
            message.tag() == record_count) {
            records.resize(checked_count(message.get_uint64(), most, what));
            continue;
        }
        if (message.wire_type() != protozero::pbf_wire_type::length_delimited) {
            message.skip();
            continue;
        }
        const auto tag = message.tag();
        const auto packed = message.get_view();
        bool known = false;
        for (const auto& each : columns) {
            if (each.tag == tag) {
                each.unpack(packed, each, records);
                known = true;
            }
        }
        if (!known) {
            other(tag, packed, records);
        }
    }
    return records;
}

}  // namespace weft::trace_tool
