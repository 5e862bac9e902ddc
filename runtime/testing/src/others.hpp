// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::testing::detail {

/// Whether a fiber of this runtime other than the running one is ready.
[[nodiscard]] bool others_can_run();

}  // namespace weft::testing::detail
