// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace weft::interpose {

/// A program or library in this process, and where its calls of what this layer defines go.
struct bound_module {
    std::string file;
    std::size_t by_layer = 0;             ///< functions that are this layer's
    std::vector<std::string> past_layer;  ///< functions that are somebody else's
};

/// All that call any such function.
[[nodiscard]] std::vector<bound_module> bound_modules();

}  // namespace weft::interpose
