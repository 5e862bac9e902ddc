// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "recording/chunk.hpp"
#include "stacks/recorded_files.hpp"

namespace weft::trace_tool {

/// The functions in recorded stacks, by the files from which the program was loaded. Where those
/// do not know, or have changed since, the function is called by its module and offset.
class frame_names {
public:
    /// \param modules  outlive the names.
    explicit frame_names(const std::vector<module>& modules) : modules_(modules), files_(modules) {}

    /// The functions from which the call was made that returns to this address, innermost first;
    /// at least one, and all with a name.
    const std::vector<stack_frame>& functions_at(std::uint64_t address);

    /// All functions of a stack, innermost first. Those of the runtime and of the standard library
    /// are left out, unless nothing else is there.
    std::vector<stack_frame> functions_of(const recorded_stack& stack);

    /// Why there are modules whose functions are not known, a line for each.
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept {
        return files_.problems();
    }

private:
    [[nodiscard]] std::string module_and_offset(std::uint64_t address) const;

    const std::vector<module>& modules_;
    recorded_files files_;
    std::unordered_map<std::uint64_t, std::vector<stack_frame>> known_;
};

/// `shop::serve  shop.cpp:12`, without the place if that is not known.
[[nodiscard]] std::string function_and_line(const stack_frame& of);

}  // namespace weft::trace_tool
