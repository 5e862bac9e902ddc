// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fetch/options.hpp"

#include <weft/http/client.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace fetch {

/// What became of one URL.
struct outcome {
    std::string url;
    unsigned status = 0;      ///< 0: no response
    std::uint64_t bytes = 0;  ///< of the decoded body
    double ms = 0;            ///< from the first step to the last byte
    bool reused = false;      ///< whether the connection had served a request before
    std::string error;        ///< empty: fetched
    std::string sha256;       ///< of the decoded body, if asked for
};

/// Fetches all URLs of `wanted`, as often and as many at once as it says. Calls `on_end` for each,
/// in the order of their ends.
///
/// Blocks:       until the last one has ended.
/// Cancellation: ends all requests, then throws cancelled.
void fetch_all(weft::http::session& session, const options& wanted,
               const std::function<void(const outcome&)>& on_end);

}  // namespace fetch
