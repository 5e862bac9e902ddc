// SPDX-License-Identifier: BSL-1.0
#include <weft/net/tcp_connector.hpp>

#include "connection_race.hpp"

namespace weft::net {

tcp_stream connect_tcp(resolver& names, std::string_view host, std::uint16_t port,
                       const connect_options& options) {
    return connection_race(names, host, port, options).run();
}

tcp_connector::tcp_connector(const resolver_options& names, const connect_options& options)
    : own_(std::make_unique<resolver>(names)), names_(*own_), options_(options) {}

tcp_connector::tcp_connector(resolver& names, const connect_options& options)
    : names_(names), options_(options) {}

std::unique_ptr<stream> tcp_connector::connect(const target& wanted) {
    if (wanted.secure) {
        throw error(std::make_error_code(std::errc::protocol_not_supported),
                    "connect " + wanted.host + ": plain TCP cannot be secure, use a TLS connector");
    }
    return std::make_unique<tcp_stream>(connect_tcp(names_, wanted.host, wanted.port, options_));
}

}  // namespace weft::net
