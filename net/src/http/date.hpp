// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace weft::http {

/// The time in the form of a Date field, such as "Sun, 06 Nov 1994 08:49:37 GMT".
///
/// Source: RFC 9110 section 5.6.7.
[[nodiscard]] std::string format_date(std::time_t when);

/// format_date() of now; made once per second and thread.
///
/// Lifetime: valid until the next call on this thread.
[[nodiscard]] std::string_view current_date();

}  // namespace weft::http
