// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::interpose {

/// Whether the program has set a handler at some time, of a signal that is noted.
[[nodiscard]] bool any_handler() noexcept;

/// A real-time signal that the program leaves alone, with this handler, without SA_RESTART: the
/// same one each time, for the program as if it were not used. 0: there is none.
[[nodiscard]] int signal_of_pool(void (*handler)(int)) noexcept;

}  // namespace weft::interpose
