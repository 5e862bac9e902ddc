// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recording/chunk.hpp"
#include "stacks/debug_files.hpp"

namespace weft::trace_tool {

/// What the files from which a recorded program was loaded say about its code. The program need
/// not run any more; a file that has another build id now is not believed.
class recorded_files {
public:
    explicit recorded_files(const std::vector<module>& modules);

    recorded_files(const recorded_files&) = delete;
    recorded_files& operator=(const recorded_files&) = delete;
    ~recorded_files();

    /// The functions from which the call that returns to this address was made, innermost inlined
    /// one first; at least one, perhaps without a name.
    [[nodiscard]] std::vector<stack_frame> functions_at(std::uint64_t return_address) const;

    /// Why the functions of some files are not known, a line for each.
    [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }

private:
    struct close_files {
        void operator()(Dwfl* open) const noexcept;
    };

    void add(const module& mapped);

    std::unique_ptr<Dwfl, close_files> files_;
    std::vector<std::string> problems_;
};

}  // namespace weft::trace_tool
