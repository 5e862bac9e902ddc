// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "process/process_memory.hpp"
#include "process/source.hpp"
#include "stacks/call_stack.hpp"
#include "stacks/debug_files.hpp"

namespace weft::trace_tool {

/// Reads the stacks of fibers from outside: the process is neither stopped nor asked.
///
/// A stack is copied and only then followed, and thrown away if its fiber ran in the meantime: what
/// is shown was all true at one moment.
///
/// Lifetime: the source outlives it.
class stack_reader {
public:
    explicit stack_reader(const source& from);

    /// The stack of a fiber of this memory. What could not be read is told in its `problem`.
    [[nodiscard]] call_stack stack_of(const mapped_memory& runtime, std::uint64_t fiber);

    /// The stack in a snapshot that the program itself took.
    [[nodiscard]] call_stack stack_of(const trace::stack_snapshot& taken);

    /// What the files of the process say; null if they cannot be read.
    [[nodiscard]] debug_files* files() noexcept { return files_.get(); }

private:
    /// A fiber's row, and where the loop was when it was read.
    struct moment {
        trace::fiber_row row;
        trace::loop loop;
    };

    [[nodiscard]] std::optional<moment> observe(const mapped_memory& runtime, std::uint64_t fiber);
    [[nodiscard]] bool unchanged(const mapped_memory& runtime, const moment& then);
    void find_rows(const mapped_memory& runtime);
    [[nodiscard]] call_stack read(const mapped_memory& runtime, const moment& at);
    [[nodiscard]] call_stack suspended(const mapped_memory& runtime, const moment& at,
                                       stack_copy& copy);
    [[nodiscard]] call_stack under_loop(const moment& at, stack_copy& copy);
    [[nodiscard]] call_stack at_death(const mapped_memory& runtime, const moment& at,
                                      stack_copy& copy);
    [[nodiscard]] call_stack interrupted(const mapped_memory& runtime, const moment& at,
                                         stack_copy& copy);
    [[nodiscard]] call_stack told(const mapped_memory& runtime, const moment& at);
    [[nodiscard]] call_stack running(const mapped_memory& runtime, const moment& at,
                                     stack_copy& copy);
    [[nodiscard]] std::optional<start_registers> saved_registers(const mapped_memory& runtime,
                                                                 const moment& at) const;

    const source& from_;
    process_memory memory_;
    std::unique_ptr<debug_files> files_;
    std::string files_problem_;
    std::optional<bool> told_;  // whether the program has noted the stacks of parked fibers
    std::unordered_map<std::uint64_t, std::size_t> rows_;  // where a fiber's row was last
};

}  // namespace weft::trace_tool
