// SPDX-License-Identifier: BSL-1.0
#include "fetch/embedded_servers.hpp"

#include <weft/this_fiber.hpp>

#include <array>
#include <chrono>
#include <string_view>

namespace fetch {

namespace {

struct origin {
    std::string_view name;
    std::chrono::milliseconds latency;
};

constexpr std::array origins{
    origin{"alpha.test", std::chrono::milliseconds(300)},
    origin{"beta.test", std::chrono::milliseconds(600)},
    origin{"gamma.test", std::chrono::milliseconds(900)},
};

}  // namespace

embedded_servers::embedded_servers() {
    for (const auto& [name, latency] : origins) {
        const std::string host(name);
        names_.add_address(host, "127.0.0.1");
        const auto answer = [host, wait = latency](weft::http::request&,
                                                   weft::http::response& answered) {
            weft::this_fiber::sleep_for(wait);
            answered.headers.add("Content-Type", "text/plain");
            answered.body = "hello from " + host + "\n";
        };
        origins_.emplace(host, std::make_unique<loopback::https_origin>(
                                   authority_.issue({.host_names = {host}}), answer));
    }
}

std::vector<std::string> embedded_servers::urls() {
    std::vector<std::string> made;
    for (const auto& each : origins) {
        made.push_back("https://" + std::string(each.name) + "/");
    }
    return made;
}

std::uint16_t embedded_servers::port_of(const std::string& name) const {
    return origins_.at(name)->port();
}

std::unique_ptr<weft::net::stream> embedded_ports::connect(const weft::net::target& wanted) {
    auto real = wanted;
    real.port = servers_.port_of(wanted.host);
    return transport_.connect(real);
}

}  // namespace fetch
