// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// What fetch is given in its tests: a real nginx that serves files under five names, and a real
/// dnsmasq that knows these names.

#include "loopback/certificates.hpp"
#include "support/dnsmasq.hpp"
#include "support/nginx.hpp"
#include "support/temporary_directory.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace weft::test {

/// Size and digest that a body must have.
struct expected_body {
    std::size_t bytes = 0;
    std::string sha256;
};

/// The five names, each with twenty files from 0 B to 8 MiB.
class real_input {
public:
    real_input();

    /// The options that make fetch ask these servers.
    [[nodiscard]] std::vector<std::string> options() const;

    /// Every URL `times` times, in an order that mixes names and sizes.
    [[nodiscard]] std::vector<std::string> urls(std::size_t times) const;

    /// What the body of one of urls() must be.
    [[nodiscard]] const expected_body& body_of(const std::string& url) const {
        return bodies_.at(url.substr(url.rfind('/') + 1));
    }

    [[nodiscard]] static const std::vector<std::string>& names();

    [[nodiscard]] nginx& web() noexcept { return web_; }
    [[nodiscard]] dnsmasq& dns() noexcept { return dns_; }

private:
    void write_files();
    [[nodiscard]] std::vector<nginx_site> sites() const;

    temporary_directory folder_;
    loopback::certificate_authority authority_;
    std::map<std::string, expected_body> bodies_;  // by file name
    nginx web_;
    dnsmasq dns_;
};

}  // namespace weft::test
