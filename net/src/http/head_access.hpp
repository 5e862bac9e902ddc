// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/headers.hpp>

#include <string_view>

namespace weft::http {

/// Lets the parsers append fields that they have checked already.
struct head_access {
    static void append(headers& to, std::string_view name, std::string_view value) {
        to.append(name, value);
    }
};

}  // namespace weft::http
