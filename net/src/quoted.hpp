// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <string_view>

namespace weft::net::detail {

/// Text from outside, for a message: in quotes, bytes that do not print in ASCII as \xNN, and `...`
/// for what follows the first 255 bytes. So no text can end a line of a log or hide in it.
std::string quoted(std::string_view text);

}  // namespace weft::net::detail
