// SPDX-License-Identifier: BSL-1.0
#include <weft/exit_status.hpp>

#include <cstring>

namespace weft {

std::string exit_status::to_string() const {
    if (signal_ == 0) {
        return "exited with " + std::to_string(code_);
    }
    const char* name = ::sigabbrev_np(signal_);
    return "was ended by signal " + std::to_string(signal_) +
           (name != nullptr ? " (" + std::string(name) + ")" : std::string());
}

}  // namespace weft
