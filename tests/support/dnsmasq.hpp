// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "support/child_process.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weft::test {

/// A real dnsmasq on a free port of 127.0.0.1 that knows a few names and asks nobody else.
class dnsmasq {
public:
    /// \param names  each has the address 127.0.0.1; others below the same last label do not
    ///               exist.
    /// \param ttl_seconds  how long answers may be kept.
    /// \throws std::runtime_error  with dnsmasq's words if it does not start.
    explicit dnsmasq(std::vector<std::string> names, unsigned ttl_seconds = 300);

    /// What --dns of fetch takes.
    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

    void stop() { process_.reset(); }

    /// Starts it again on the same port.
    void start() { process_ = run(port_); }

private:
    [[nodiscard]] child_process run(unsigned short port) const;

    std::vector<std::string> names_;
    unsigned ttl_seconds_;
    unsigned short port_ = 0;
    std::optional<child_process> process_;
};

}  // namespace weft::test
