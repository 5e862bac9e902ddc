// SPDX-License-Identifier: BSL-1.0
#include "recording/chunk.hpp"

#include "recording/chunk_fields.hpp"

#include <cstring>
#include <numeric>

namespace weft::trace_tool {

namespace {

using protozero::pbf_writer;

void pack_program(pbf_writer out, const program_info& program) {
    out.add_uint32(program_field::process, program.process);
    out.add_uint32(program_field::thread, program.thread);
    out.add_uint64(program_field::process_started, program.process_started);
    out.add_uint32(program_field::ticks, static_cast<std::uint32_t>(program.ticks));
    out.add_bool(program_field::virtual_time, program.virtual_time);
    out.add_string(program_field::name, program.name);
    out.add_string(program_field::engine, program.engine);
    for (const auto& reason : program.reasons) {
        out.add_string(program_field::reason, reason);
    }
}

void pack_module(pbf_writer out, const module& packed) {
    out.add_uint64(module_field::begin, packed.begin);
    out.add_uint64(module_field::end, packed.end);
    out.add_uint64(module_field::file_offset, packed.file_offset);
    out.add_bytes(module_field::build_id, packed.build_id);
    out.add_string(module_field::path, packed.path);
}

void pack_texts(pbf_writer& out, protozero::pbf_tag_type field, const auto& texts) {
    for (const auto& [number, text] : texts) {
        pbf_writer entry(out, field);
        entry.add_uint64(string_field::number, number);
        entry.add_bytes(string_field::text, text);
    }
}

void pack_stack(pbf_writer out, std::uint32_t number, const recorded_stack& stack) {
    out.add_uint32(stack_field::number, number);
    out.add_bool(stack_field::truncated, stack.truncated);
    std::vector<std::int64_t> differences(stack.frames.size());
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
        differences[i] = static_cast<std::int64_t>(stack.frames[i] - before);
        before = stack.frames[i];
    }
    out.add_packed_sint64(stack_field::frames, differences.begin(), differences.end());
}

void pack_rows(pbf_writer out, const std::vector<trace::fiber_row>& rows) {
    pack_records<trace::fiber_row>(out, row_columns, rows);
    std::string names;
    for (const auto& row : rows) {
        names.append(row.name.data(), ::strnlen(row.name.data(), row.name.size()));
        names.push_back('\0');
    }
    out.add_bytes(row_names, names);
}

}  // namespace

std::uint64_t chunk::lost() const noexcept {
    return std::accumulate(gaps.begin(), gaps.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const gap& each) { return sum + each.lost; });
}

std::string pack(const chunk& packed) {
    std::string content;
    pbf_writer out(content);
    pack_program(pbf_writer(out, chunk_field::program), packed.program);
    for (const auto& each : packed.modules) {
        pack_module(pbf_writer(out, chunk_field::module), each);
    }
    pack_texts(out, chunk_field::string, packed.strings);
    pack_texts(out, chunk_field::constant, packed.constants);
    for (const auto& [number, stack] : packed.stacks) {
        pack_stack(pbf_writer(out, chunk_field::stack), number, stack);
    }
    pack_rows(pbf_writer(out, chunk_field::rows), packed.rows);
    pbf_writer objects(out, chunk_field::objects);
    pack_records<trace::object_row>(objects, object_columns, packed.objects);
    objects.commit();
    pbf_writer gaps(out, chunk_field::gaps);
    pack_records<gap>(gaps, gap_columns, packed.gaps);
    gaps.commit();
    pbf_writer events(out, chunk_field::events);
    pack_records<trace::event>(events, event_columns, packed.events);
    events.commit();
    return content;
}

}  // namespace weft::trace_tool
