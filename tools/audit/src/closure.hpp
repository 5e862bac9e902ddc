// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "elf_file.hpp"
#include "library_search.hpp"

namespace weft::audit {

/// Reads the files and all libraries that the loader would load with them, each file once, in the
/// order in which it would.
///
/// \throws bad_file  naming a file that cannot be judged, or a library that cannot be found and who
///                   needs it.
[[nodiscard]] std::vector<elf_file> load_closures(const std::vector<std::string>& files,
                                                  const library_search& search);

}  // namespace weft::audit
