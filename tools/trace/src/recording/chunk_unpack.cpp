// SPDX-License-Identifier: BSL-1.0
#include "recording/chunk.hpp"

#include "recording/chunk_fields.hpp"

#include <algorithm>

namespace weft::trace_tool {

namespace {

using protozero::data_view;
using protozero::pbf_reader;
using wire = protozero::pbf_wire_type;

constexpr std::uint32_t field(protozero::pbf_tag_type tag, wire type) {
    return protozero::tag_and_type(tag, type);
}
constexpr std::uint32_t number_field(protozero::pbf_tag_type tag) {
    return field(tag, wire::varint);
}
constexpr std::uint32_t bytes_field(protozero::pbf_tag_type tag) {
    return field(tag, wire::length_delimited);
}

template <class Container>
void check_room(const Container& entries, const char* what) {
    checked_count(entries.size() + 1, most_entries, what);
}

void unpack_ticks(program_info& program, std::uint32_t value) {
    if (value != static_cast<std::uint32_t>(trace::tick_source::processor) &&
        value != static_cast<std::uint32_t>(trace::tick_source::monotonic)) {
        throw bad_chunk("unknown clock " + std::to_string(value));
    }
    program.ticks = static_cast<trace::tick_source>(value);
}

program_info unpack_program(pbf_reader in) {
    program_info program;
    while (in.next()) {
        switch (in.tag_and_type()) {
            case number_field(program_field::process): program.process = in.get_uint32(); break;
            case number_field(program_field::thread): program.thread = in.get_uint32(); break;
            case number_field(program_field::process_started):
                program.process_started = in.get_uint64();
                break;
            case number_field(program_field::ticks): unpack_ticks(program, in.get_uint32()); break;
            case number_field(program_field::virtual_time):
                program.virtual_time = in.get_uint32() != 0;
                break;
            case bytes_field(program_field::name): program.name = in.get_string(); break;
            case bytes_field(program_field::engine): program.engine = in.get_string(); break;
            case bytes_field(program_field::reason):
                checked_count(program.reasons.size() + 1, trace::reason_names, "wait reasons");
                program.reasons.push_back(in.get_string());
                break;
            default: in.skip();
        }
    }
    return program;
}

module unpack_module(pbf_reader in) {
    module read;
    while (in.next()) {
        switch (in.tag_and_type()) {
            case number_field(module_field::begin): read.begin = in.get_uint64(); break;
            case number_field(module_field::end): read.end = in.get_uint64(); break;
            case number_field(module_field::file_offset): read.file_offset = in.get_uint64(); break;
            case bytes_field(module_field::build_id): read.build_id = in.get_bytes(); break;
            case bytes_field(module_field::path): read.path = in.get_string(); break;
            default: in.skip();
        }
    }
    if (read.end < read.begin) {
        throw bad_chunk("module " + read.path + " ends before it begins");
    }
    return read;
}

template <class Number>
void unpack_text(pbf_reader in, std::map<Number, std::string>& texts) {
    check_room(texts, "strings");
    Number number = 0;
    std::string text;
    while (in.next()) {
        switch (in.tag_and_type()) {
            case number_field(string_field::number):
                number = static_cast<Number>(in.get_uint64());
                break;
            case bytes_field(string_field::text): text = in.get_bytes(); break;
            default: in.skip();
        }
    }
    texts.insert_or_assign(number, std::move(text));
}

std::vector<std::uint64_t> unpack_frames(pbf_reader& in) {
    std::vector<std::uint64_t> frames;
    std::uint64_t address = 0;
    for (const auto difference : in.get_packed_sint64()) {
        checked_count(frames.size() + 1, trace::deepest_stack, "frames of a stack");
        frames.push_back(address += static_cast<std::uint64_t>(difference));
    }
    return frames;
}

void unpack_stack(pbf_reader in, std::map<std::uint32_t, recorded_stack>& stacks) {
    check_room(stacks, "stacks");
    std::uint32_t number = 0;
    recorded_stack stack;
    while (in.next()) {
        switch (in.tag_and_type()) {
            case number_field(stack_field::number): number = in.get_uint32(); break;
            case number_field(stack_field::truncated):
                stack.truncated = in.get_uint32() != 0;
                break;
            case bytes_field(stack_field::frames): stack.frames = unpack_frames(in); break;
            default: in.skip();
        }
    }
    stacks.insert_or_assign(number, std::move(stack));
}

void unpack_names(data_view names, std::vector<trace::fiber_row>& rows) {
    const char* at = names.data();
    const char* const end = at + names.size();
    for (auto& row : rows) {
        const char* const stop = std::find(at, end, '\0');
        if (stop == end || static_cast<std::size_t>(stop - at) >= row.name.size()) {
            throw bad_chunk("the name of a fiber is cut off or too long");
        }
        std::copy(at, stop, row.name.begin());
        at = stop + 1;
    }
}

std::vector<trace::fiber_row> unpack_rows(pbf_reader in) {
    return unpack_records<trace::fiber_row>(
        in, row_columns, most_rows, "fibers",
        [](protozero::pbf_tag_type tag, data_view packed, std::vector<trace::fiber_row>& rows) {
            if (tag == row_names) {
                unpack_names(packed, rows);
            }
        });
}

constexpr auto ignored = [](protozero::pbf_tag_type, data_view, const auto&) {};

void check_gaps(const chunk& read) {
    for (const auto& each : read.gaps) {
        if (each.before > read.events.size()) {
            throw bad_chunk("a gap before event " + std::to_string(each.before) + " of " +
                            std::to_string(read.events.size()));
        }
    }
}

void unpack_field(pbf_reader& in, chunk& read) {
    switch (in.tag_and_type()) {
        case bytes_field(chunk_field::program):
            read.program = unpack_program(in.get_message());
            break;
        case bytes_field(chunk_field::module):
            check_room(read.modules, "modules");
            read.modules.push_back(unpack_module(in.get_message()));
            break;
        case bytes_field(chunk_field::string): unpack_text(in.get_message(), read.strings); break;
        case bytes_field(chunk_field::constant):
            unpack_text(in.get_message(), read.constants);
            break;
        case bytes_field(chunk_field::objects):
            read.objects = unpack_records<trace::object_row>(in.get_message(), object_columns,
                                                             most_objects, "objects", ignored);
            break;
        case bytes_field(chunk_field::stack): unpack_stack(in.get_message(), read.stacks); break;
        case bytes_field(chunk_field::rows): read.rows = unpack_rows(in.get_message()); break;
        case bytes_field(chunk_field::gaps):
            read.gaps =
                unpack_records<gap>(in.get_message(), gap_columns, most_gaps, "gaps", ignored);
            break;
        case bytes_field(chunk_field::events):
            read.events = unpack_records<trace::event>(in.get_message(), event_columns, most_events,
                                                       "events", ignored);
            break;
        default: in.skip();
    }
}

}  // namespace

chunk unpack(std::string_view content) {
    chunk read;
    try {
        for (pbf_reader in(content.data(), content.size()); in.next();) {
            unpack_field(in, read);
        }
    } catch (const protozero::exception& broken) {
        throw bad_chunk(broken.what());
    }
    check_gaps(read);
    return read;
}

}  // namespace weft::trace_tool
