// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The numbers of the fields that are used of perfetto.protos.Trace.
/// Source: protos/perfetto/trace/trace_packet.proto, track_event/track_event.proto,
/// track_event/track_descriptor.proto, interned_data/interned_data.proto and those below them, of
/// Perfetto.

#include <protozero/types.hpp>

#include <cstdint>

namespace weft::trace_tool::perfetto {

using field = protozero::pbf_tag_type;

inline constexpr field trace_packet = 1;

namespace packet {
inline constexpr field timestamp = 8;
inline constexpr field sequence = 10;
inline constexpr field track_event = 11;
inline constexpr field interned_data = 12;
inline constexpr field sequence_flags = 13;
inline constexpr field clock = 58;
inline constexpr field track_descriptor = 60;
inline constexpr std::uint32_t names_begin = 1;  // a sequence flag: no interned names are known
inline constexpr std::uint32_t needs_names = 2;  // a sequence flag: names before are used
}  // namespace packet

namespace interned {
inline constexpr field event_name = 2;  // repeated
inline constexpr field number = 1;      // of an event_name
inline constexpr field text = 2;        // of an event_name
}  // namespace interned

namespace descriptor {
inline constexpr field uuid = 1;
inline constexpr field name = 2;
inline constexpr field process = 3;
inline constexpr field parent = 5;
inline constexpr field counter = 8;
}  // namespace descriptor

namespace process {
inline constexpr field pid = 1;
inline constexpr field name = 6;
}  // namespace process

namespace track_event {
inline constexpr field type = 9;
inline constexpr field name_number = 10;
inline constexpr field track = 11;
inline constexpr field counter_value = 30;
inline constexpr field flows = 47;              // fixed64
inline constexpr field terminating_flows = 48;  // fixed64
inline constexpr std::uint32_t slice_begin = 1;
inline constexpr std::uint32_t slice_end = 2;
inline constexpr std::uint32_t instant = 3;
inline constexpr std::uint32_t counter = 4;
}  // namespace track_event

inline constexpr std::uint32_t monotonic_clock = 3;

}  // namespace weft::trace_tool::perfetto
