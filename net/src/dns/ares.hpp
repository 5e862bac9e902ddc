// SPDX-License-Identifier: BSL-1.0
#pragma once

// Newer versions (seen with 1.34) deprecate what weft uses, for names that 1.18 does not have yet.
#define CARES_NO_DEPRECATED
#include <ares.h>

#include <memory>
#include <system_error>

namespace weft::net::dns {

/// What c-ares calls a status, as an error of net.
[[nodiscard]] std::error_code code_of(int status) noexcept;

/// \throws net::error  naming the operation, unless `status` is ARES_SUCCESS.
void require_success(int status, const char* operation);

/// Makes c-ares ready, once for the process.
///
/// \throws net::error  if it cannot be.
void require_library();

struct channel_deleter {
    void operator()(ares_channel owned) const noexcept { ares_destroy(owned); }
};

/// A channel of c-ares. Destroying it completes its questions.
using unique_channel = std::unique_ptr<ares_channeldata, channel_deleter>;

}  // namespace weft::net::dns
