// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace weft::trace_tool {

/// Without header and checksum, as RFC 1951 has it.
std::string deflate_raw(std::string_view text);

/// RFC 4648, section 4.
std::string base64(std::string_view bytes);

}  // namespace weft::trace_tool
