// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace weft::testing::detail {

/// Fails the running test, at the place where it is defined.
void fail_test(const std::string& message);

}  // namespace weft::testing::detail
