// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "reactor/backend.hpp"

#include <memory>

namespace weft::io {
class socket_calls;
}

namespace weft::detail {

/// What stands in for the kernel in runtimes of this thread, so that a test can simulate it.
struct stand_ins {
    std::unique_ptr<backend> (*make_backend)() = nullptr;  ///< null: the kernel's
    io::socket_calls* sockets = nullptr;                   ///< null: the kernel's
};

extern constinit thread_local stand_ins simulated;

}  // namespace weft::detail
