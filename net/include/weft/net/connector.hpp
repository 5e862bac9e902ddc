// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/stream.hpp>

#include <compare>
#include <cstdint>
#include <memory>
#include <string>

namespace weft::net {

/// Where a stream shall lead.
struct target {
    std::string host;  ///< a name or a literal address, without brackets
    std::uint16_t port = 0;
    bool secure = false;      ///< whether TLS is wanted
    std::string server_name;  ///< TLS name to ask for and to verify; empty: host

    auto operator<=>(const target&) const = default;
};

/// Opens streams; what an HTTP session needs to know of the network.
class connector {
public:
    connector() = default;
    connector(const connector&) = delete;
    connector& operator=(const connector&) = delete;
    virtual ~connector() = default;

    /// Opens a stream to `wanted`.
    ///
    /// Blocks:       for name resolution, connection and handshake.
    /// Cancellation: throws cancelled; nothing stays open.
    /// \throws net::error  with the code of what failed and the operation's name.
    [[nodiscard]] virtual std::unique_ptr<stream> connect(const target& wanted) = 0;
};

}  // namespace weft::net
