// SPDX-License-Identifier: BSL-1.0
#include "reactor/backend.hpp"

#include "simulated.hpp"

#include <weft/error.hpp>

#include <cstdlib>
#include <string>
#include <string_view>

namespace weft::detail {

std::unique_ptr<backend> make_backend(backend_kind chosen) {
    if (simulated.make_backend != nullptr) {
        return simulated.make_backend();
    }
    const char* variable = std::getenv("WEFT_BACKEND");
    const std::string_view wanted = variable != nullptr ? variable : "auto";
    if (chosen == backend_kind::automatic && wanted != "auto" && wanted != "epoll") {
        throw usage_error("WEFT_BACKEND=" + std::string(wanted) + ": known are auto and epoll");
    }
    return make_epoll_backend();
}

}  // namespace weft::detail
