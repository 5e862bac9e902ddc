// SPDX-License-Identifier: BSL-1.0
#include "dns/configuration.hpp"

#include "dns/ares.hpp"

#include <weft/net/address.hpp>
#include <weft/socket_calls.hpp>

#include <netinet/in.h>

#include <algorithm>
#include <memory>

namespace weft::net::dns {

namespace {

address address_of(const ares_addr_port_node& server) {
    const auto port = static_cast<in_port_t>(server.udp_port == 0 ? 53 : server.udp_port);
    if (server.family == AF_INET6) {
        sockaddr_in6 native{};
        native.sin6_family = AF_INET6;
        native.sin6_port = htons(port);
        std::copy_n(reinterpret_cast<const unsigned char*>(&server.addr.addr6), 16,
                    native.sin6_addr.s6_addr);
        return address::from_native(reinterpret_cast<const sockaddr*>(&native), sizeof native);
    }
    sockaddr_in native{};
    native.sin_family = AF_INET;
    native.sin_port = htons(port);
    native.sin_addr = server.addr.addr4;
    return address::from_native(reinterpret_cast<const sockaddr*>(&native), sizeof native);
}

}  // namespace

configuration read_configuration() {
    if (const char* only = io::socket_calls_here().name_server()) {
        return {.servers = {only}, .domains = {}};
    }
    require_library();
    ares_channel opened = nullptr;
    require_success(ares_init(&opened), "initialization");
    const unique_channel system(opened);
    configuration found;
    ares_options options{};
    int known = 0;
    require_success(ares_save_options(system.get(), &options, &known), "configuration");
    found.ndots = options.ndots;
    found.domains.assign(options.domains, options.domains + options.ndomains);
    ares_destroy_options(&options);
    ares_addr_port_node* servers = nullptr;
    require_success(ares_get_servers_ports(system.get(), &servers), "servers");
    for (const auto* each = servers; each != nullptr; each = each->next) {
        found.servers.push_back(address_of(*each).to_string());
    }
    ares_free_data(servers);
    return found;
}

}  // namespace weft::net::dns
