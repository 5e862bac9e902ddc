// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "interpose/differential/case.hpp"

namespace weft::test {

/// What waits when the handler of a signal runs.
[[nodiscard]] std::vector<differential_case> interrupted_cases();

/// How handlers are set, told and called.
[[nodiscard]] std::vector<differential_case> handler_cases();

}  // namespace weft::test
