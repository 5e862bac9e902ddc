// SPDX-License-Identifier: BSL-1.0

#include "views/fiber_text.hpp"

#include <array>
#include <charconv>

#include "process/process_files.hpp"

namespace weft::trace_tool {
namespace {

constexpr int base = 16;

}  // namespace

std::string hexadecimal(std::uint64_t address) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), address, base).ptr;
    return "0x" + std::string(digits.data(), end);
}

std::string_view base_name(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);
}

std::string object_label(const object_state& object, const runtime_state& of) {
    const std::string kind(reason_name(object.row.reason, of));
    return object.name.empty() ? kind + " " + hexadecimal(object.row.address)
                               : kind + " \"" + object.name + "\"";
}

fiber_text::fiber_text(const source& from, const std::vector<runtime_state>& states)
    : from_(from), memory_(memory_of(from)) {
    for (const runtime_state& state : states) {
        for (const object_state& object : state.objects) {
            objects_.emplace(object.row.address, &object);
        }
    }
}

const object_state* fiber_text::object_at(std::uint64_t address) const {
    const auto found = objects_.find(address);
    return found == objects_.end() ? nullptr : found->second;
}

std::string fiber_text::object(const trace::fiber_row& row, const runtime_state& of) {
    if (row.state != trace::row_state::parked) {
        return {};
    }
    if (waits_for_descriptor(row, of)) {
        const std::string& target = descriptor_target(row.object);
        return "fd " + std::to_string(row.object) + (target.empty() ? "" : " ") + target;
    }
    if (const object_state* known = row.object == 0 ? nullptr : object_at(row.object)) {
        std::string text = object_label(*known, of);
        if (known->row.owner != 0) {
            text += " of #" + std::to_string(known->row.owner);
        }
        return text;
    }
    if (row.blocked_on != 0 && reason_of(row, of) == "join") {
        return "fiber #" + std::to_string(row.blocked_on);
    }
    return row.object == 0 ? std::string() : hexadecimal(row.object);
}

std::string fiber_text::spawned_at(const trace::fiber_row& row) {
    const std::string& file = spawn_file(row);
    if (file.empty()) {
        return {};
    }
    return std::string(base_name(file)) + ":" + std::to_string(row.spawn_line);
}

const std::string& fiber_text::spawn_file(const trace::fiber_row& row) {
    return constant(row.spawn_file);
}

const std::string& fiber_text::spawn_function(const trace::fiber_row& row) {
    return constant(row.spawn_function);
}

const std::string& fiber_text::constant(std::uint64_t address) {
    if (from_.recording == nullptr) {
        return memory_.constant_string(address);
    }
    static const std::string unknown;
    const auto found = from_.recording->constants.find(address);
    return found == from_.recording->constants.end() ? unknown : found->second;
}

const std::string& fiber_text::descriptor_target(std::uint64_t fd) {
    const auto [found, added] = descriptors_.try_emplace(fd);
    if (added && from_.process != 0) {
        const std::string path = process_path(from_.process, "fd/" + std::to_string(fd));
        found->second = link_target(path).value_or("");
    }
    return found->second;
}

}  // namespace weft::trace_tool
