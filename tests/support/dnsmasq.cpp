// SPDX-License-Identifier: BSL-1.0
#include "support/dnsmasq.hpp"

#include <utility>

namespace weft::test {

dnsmasq::dnsmasq(std::vector<std::string> names, unsigned ttl_seconds)
    : names_(std::move(names)), ttl_seconds_(ttl_seconds) {
    process_ = on_free_port([&](unsigned short port) {
        port_ = port;
        return run(port);
    });
}

child_process dnsmasq::run(unsigned short port) const {
    std::vector<std::string> command{"dnsmasq",
                                     "--no-daemon",
                                     "--conf-file=/dev/null",
                                     "--no-resolv",
                                     "--no-hosts",
                                     "--bind-interfaces",
                                     "--listen-address=127.0.0.1",
                                     "--port=" + std::to_string(port),
                                     "--local-ttl=" + std::to_string(ttl_seconds_)};
    for (const auto& name : names_) {
        command.push_back("--address=/" + name + "/127.0.0.1");
        // Else it would ask a server it does not have for the zone's other names and types.
        command.push_back("--local=/" + name.substr(name.rfind('.') + 1) + "/");
    }
    child_process started(command);
    started.wait_for_output("dnsmasq: started");
    return started;
}

}  // namespace weft::test
