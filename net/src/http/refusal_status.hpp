// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/error.hpp>

namespace weft::http {

/// The status that refuses a request with such a fault; 0 if the peer is gone and needs none.
[[nodiscard]] unsigned refusal_status(errc fault) noexcept;

}  // namespace weft::http
