// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "loopback/certificates.hpp"
#include "loopback/dns_server.hpp"
#include "loopback/https_origin.hpp"

#include <weft/net/address.hpp>
#include <weft/net/connector.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace fetch {

/// The servers of the embedded default: three HTTPS origins that take 300, 600 and 900 ms to
/// answer, and the name server that knows them.
///
/// Threads: only on the thread of its runtime.
class embedded_servers {
public:
    embedded_servers();

    /// What to fetch.
    [[nodiscard]] static std::vector<std::string> urls();

    /// The authority that vouches for the origins, as PEM text.
    [[nodiscard]] std::string ca_pem() const { return authority_.certificate_pem(); }

    [[nodiscard]] const weft::net::address& name_server() const { return names_.address(); }

    /// The port at which a name of urls() really listens, as only root may have 443.
    [[nodiscard]] std::uint16_t port_of(const std::string& name) const;

private:
    loopback::certificate_authority authority_;
    loopback::dns_server names_;
    std::map<std::string, std::unique_ptr<loopback::https_origin>> origins_;
};

/// Sends connections to the embedded servers to the ports at which they really listen.
///
/// Lifetime: the servers and the other connector outlive it.
class embedded_ports final : public weft::net::connector {
public:
    embedded_ports(weft::net::connector& transport, const embedded_servers& servers)
        : transport_(transport), servers_(servers) {}

    [[nodiscard]] std::unique_ptr<weft::net::stream> connect(
        const weft::net::target& wanted) override;

private:
    weft::net::connector& transport_;
    const embedded_servers& servers_;
};

}  // namespace fetch
