// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tls_connector.hpp>

#include <utility>

namespace weft::net {

tls_connector::tls_connector(connector& transport, tls_context context)
    : transport_(transport), context_(std::move(context)) {}

std::unique_ptr<stream> tls_connector::connect(const target& wanted) {
    if (!wanted.secure) {
        return transport_.connect(wanted);
    }
    auto opened = transport_.connect({wanted.host, wanted.port, false, {}});
    const auto& name = wanted.server_name.empty() ? wanted.host : wanted.server_name;
    auto encrypted = std::make_unique<tls_stream>(std::move(opened), context_, name);
    encrypted->handshake();
    return encrypted;
}

}  // namespace weft::net
