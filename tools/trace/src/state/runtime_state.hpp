// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "memory/mapped_memory.hpp"

namespace weft::trace_tool {

/// A lock or a named object.
struct object_state {
    trace::object_row row;
    std::string name;
};

/// What a runtime and its fibers did at one moment: values, taken from a live process or from a
/// recording.
///
/// Each row is consistent in itself. Rows were read one after the other while the program ran, so
/// two of them may be of different moments.
struct runtime_state {
    trace::header header;
    trace::loop loop;
    std::vector<trace::fiber_row> fibers;  ///< those that exist
    std::vector<object_state> objects;     ///< those for which somebody has waited, or with names
    std::uint64_t unreadable = 0;          ///< rows that changed whenever they were read
    std::uint64_t now = 0;                 ///< ns, on the clock of the rows' times
};

/// Reads all rows.
/// \param live  whether the program may still run: else its last turn is taken for now.
[[nodiscard]] runtime_state read_state(const mapped_memory& memory, bool live);

/// What the fiber does, in one word: created, ready, running, parked, finished.
[[nodiscard]] std::string_view state_of(const trace::fiber_row& row,
                                        const runtime_state& of) noexcept;

/// What it waits for, in a word or two; empty if it does not wait.
[[nodiscard]] std::string_view reason_of(const trace::fiber_row& row,
                                         const runtime_state& of) noexcept;

/// How fibers wait for an object with this reason number, in the runtime's words.
[[nodiscard]] std::string_view reason_name(std::uint8_t reason, const runtime_state& of) noexcept;

/// Whether the object of its wait is a descriptor.
[[nodiscard]] bool waits_for_descriptor(const trace::fiber_row& row,
                                        const runtime_state& of) noexcept;

/// The text in a field that ends with a null, or with the field.
template <std::size_t Size>
[[nodiscard]] std::string_view text_of(const std::array<char, Size>& field) noexcept {
    const std::string_view whole(field.data(), field.size());
    return whole.substr(0, whole.find('\0'));
}

}  // namespace weft::trace_tool
