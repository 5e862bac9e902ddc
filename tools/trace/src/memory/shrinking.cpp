// SPDX-License-Identifier: BSL-1.0

#include "memory/shrinking.hpp"

#include <unistd.h>

#include <csignal>
#include <string_view>

#include "error.hpp"

namespace weft::trace_tool {

void refuse_shrinking_memory() noexcept {
    std::signal(SIGBUS, [](int) {
        constexpr std::string_view text =
            "weft-trace: the file was made shorter while it was read\n"
            "  Do not change a file while a program writes its trace to it.\n";
        (void)!::write(STDERR_FILENO, text.data(), text.size());
        ::_exit(static_cast<int>(outcome::no_access));
    });
}

}  // namespace weft::trace_tool
