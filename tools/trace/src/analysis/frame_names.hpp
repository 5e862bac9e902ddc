// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "recording/chunk.hpp"

namespace weft::trace_tool {

/// Names of return addresses: file+offset of the module that they are in.
class frame_names {
public:
    /// \param modules  outlive the names.
    explicit frame_names(const std::vector<module>& modules) : modules_(modules) {}

    const std::string& name_of(std::uint64_t address);

private:
    [[nodiscard]] std::string describe(std::uint64_t address) const;

    const std::vector<module>& modules_;
    std::unordered_map<std::uint64_t, std::string> known_;
};

}  // namespace weft::trace_tool
