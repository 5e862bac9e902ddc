// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/trace_format.hpp>

#include <cstdint>
#include <string>
#include <unordered_map>

#include "process/process_memory.hpp"
#include "process/source.hpp"
#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// Says in words what rows hold as numbers. Asks the process where it must, each thing once.
///
/// Lifetime: the source and the states outlive it.
class fiber_text {
public:
    fiber_text(const source& from, const std::vector<runtime_state>& states);

    /// What the fiber waits for: `lock "cache" of #77`, `fd 7 pipe:[512]`, `fiber #3`, an address;
    /// empty if nothing is known.
    [[nodiscard]] std::string object(const trace::fiber_row& row, const runtime_state& of);

    /// Where it was spawned, `file.cpp:41`; empty if that is not known.
    [[nodiscard]] std::string spawned_at(const trace::fiber_row& row);

    /// The whole name of that file, and the function.
    [[nodiscard]] const std::string& spawn_file(const trace::fiber_row& row);
    [[nodiscard]] const std::string& spawn_function(const trace::fiber_row& row);

    /// The row of the object at this address in this runtime, or null.
    [[nodiscard]] const object_state* object_at(std::uint64_t address) const;

    [[nodiscard]] process_memory& memory() noexcept { return memory_; }

private:
    [[nodiscard]] const std::string& descriptor_target(std::uint64_t fd);
    [[nodiscard]] const std::string& constant(std::uint64_t address);

    const source& from_;
    process_memory memory_;
    std::unordered_map<std::uint64_t, const object_state*> objects_;  // by address
    std::unordered_map<std::uint64_t, std::string> descriptors_;
};

/// `lock "cache"`, or its address if it has no name.
[[nodiscard]] std::string object_label(const object_state& object, const runtime_state& of);

/// `0x7f...`.
[[nodiscard]] std::string hexadecimal(std::uint64_t address);

/// The last part of a path.
[[nodiscard]] std::string_view base_name(std::string_view path) noexcept;

}  // namespace weft::trace_tool
