// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "loopback/certificates.hpp"
#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weft::test {

/// One name that an nginx serves over TLS.
struct nginx_site {
    std::string name;
    loopback::certificate certificate;
};

/// A real nginx on a free port of 127.0.0.1: TLS, gzip, every site serves the same directory.
class nginx {
public:
    /// \param files  what is served.
    /// \param directives  more of what each site says, in nginx's language.
    /// \throws std::runtime_error  with nginx's words if it does not start.
    nginx(std::vector<nginx_site> sites, const std::filesystem::path& files,
          std::string directives = {});

    [[nodiscard]] unsigned short port() const noexcept { return port_; }

    /// Replaces the worker processes by new ones (SIGHUP) and returns once the new ones run.
    void reload();

private:
    void write_configuration(unsigned short port, const std::filesystem::path& files) const;
    [[nodiscard]] child_process start(unsigned short port) const;

    temporary_directory folder_;
    std::vector<nginx_site> sites_;
    std::string directives_;
    unsigned short port_ = 0;
    std::optional<child_process> process_;
};

}  // namespace weft::test
