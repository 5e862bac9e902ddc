// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/net/connector.hpp>
#include <weft/net/dns.hpp>
#include <weft/net/stream.hpp>
#include <weft/net/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace weft::net {

/// What can be chosen for connecting by name. The defaults are those of RFC 8305 section 8.
struct connect_options {
    /// An attempt's head start before the next address is tried too.
    clock::duration attempt_delay = std::chrono::milliseconds(250);
    /// How long IPv4 addresses wait for IPv6 ones that are not known yet.
    clock::duration resolution_delay = std::chrono::milliseconds(50);
    /// Limits the attempts to one family; any: both, alternating.
    family wanted = family::any;
};

/// Opens a TCP connection to a host by trying its addresses, several at a time if need be.
///
/// The first attempt that succeeds wins; the others are cancelled and closed.
/// Blocks:       for name resolution and connection.
/// Cancellation: throws cancelled; nothing stays open.
/// \throws net::error  as resolver::resolve(), or with the code of the attempts if all failed
///         alike, else errc::all_attempts_failed with every cause; the text lists every address.
/// Source: RFC 8305 (Happy Eyeballs).
[[nodiscard]] tcp_stream connect_tcp(resolver& names, std::string_view host, std::uint16_t port,
                                     const connect_options& options = {});

/// The connector for plain TCP. For targets that want TLS see the connector of weft::tls, which
/// stands on this one.
class tcp_connector final : public connector {
public:
    /// Resolves names by a resolver of its own.
    explicit tcp_connector(const resolver_options& names = {}, const connect_options& options = {});

    /// Resolves names by `names`.
    explicit tcp_connector(resolver& names, const connect_options& options = {});

    /// \throws net::error  as connect_tcp(); (std::errc::protocol_not_supported) for a secure
    ///         target.
    [[nodiscard]] std::unique_ptr<stream> connect(const target& wanted) override;

private:
    std::unique_ptr<resolver> own_;
    resolver& names_;
    connect_options options_;
};

}  // namespace weft::net
