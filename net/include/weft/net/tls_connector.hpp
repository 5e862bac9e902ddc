// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/connector.hpp>
#include <weft/net/tls.hpp>

#include <memory>

namespace weft::net {

/// Gives secure targets a TLS stream over a connection of another connector; passes the others on.
///
/// Lifetime: the other connector outlives it.
class tls_connector final : public connector {
public:
    /// \param transport  opens the connections below.
    /// \param context    a client's.
    tls_connector(connector& transport, tls_context context);

    /// \throws net::error  as the connector below and tls_stream::handshake().
    [[nodiscard]] std::unique_ptr<stream> connect(const target& wanted) override;

private:
    connector& transport_;
    tls_context context_;
};

}  // namespace weft::net
