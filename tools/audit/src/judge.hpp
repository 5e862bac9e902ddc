// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "elf_file.hpp"
#include "verdict.hpp"

namespace weft::audit {

/// Something in a module, and what will become of it.
struct finding {
    std::string what;      ///< a function that it imports, or a trait of the whole module
    const judgement* why;  ///< lives as long as the program
};

/// A file with what was found in it.
struct judged_module {
    elf_file file;
    bool is_c_library = false;      ///< judged by what others call of it, not by its own calls
    std::vector<finding> findings;  ///< grouped by judgement, the worst last
};

/// Judges the modules of one or more programs together: a function that one of them defines itself
/// is not that of the C library.
[[nodiscard]] std::vector<judged_module> judge(const std::vector<elf_file>& files);

/// Whether something in the module blocks the loop or is unsafe.
[[nodiscard]] bool is_bad(const judged_module& module) noexcept;

}  // namespace weft::audit
