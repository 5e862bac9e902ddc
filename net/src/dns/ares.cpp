// SPDX-License-Identifier: BSL-1.0
#include "dns/ares.hpp"

#include <weft/net/error.hpp>

#include <string>

namespace weft::net::dns {

std::error_code code_of(int status) noexcept {
    switch (status) {
        case ARES_ENOTFOUND: return errc::name_not_found;
        case ARES_ENODATA: return errc::no_address;
        case ARES_EBADNAME: return errc::invalid_name;
        case ARES_ETIMEOUT: return errc::resolver_timeout;
        case ARES_ENOMEM: return std::make_error_code(std::errc::not_enough_memory);
        case ARES_ECANCELLED:
        case ARES_EDESTRUCTION: return std::make_error_code(std::errc::operation_canceled);
        default: return errc::resolver_failure;
    }
}

void require_success(int status, const char* operation) {
    if (status != ARES_SUCCESS) {
        throw error(code_of(status),
                    std::string("resolver: ") + operation + ": " + ares_strerror(status));
    }
}

void require_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    require_success(status, "c-ares");
}

}  // namespace weft::net::dns
