// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Certificates made in memory, for servers that are reached over loopback only.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace loopback {

/// A certificate and its private key, each as PEM text.
struct certificate {
    std::string chain_pem;
    std::string key_pem;
};

/// When a certificate is valid, seen from the moment it is made.
enum class validity : std::uint8_t {
    now,      ///< from an hour ago for a day
    expired,  ///< until an hour ago
    not_yet,  ///< from an hour from now
};

/// What a server's certificate says.
struct certificate_request {
    std::vector<std::string> host_names{};  ///< may hold wildcards such as *.alpha.test
    std::vector<std::string> addresses{};   ///< literal IPv4 and IPv6 addresses
    validity valid = validity::now;
};

/// An authority that signs certificates for servers. Keys are EC P-256, so making one is quick.
class certificate_authority {
public:
    /// \throws std::runtime_error  if OpenSSL fails.
    explicit certificate_authority(const std::string& name = "weft loopback authority");
    ~certificate_authority();

    certificate_authority(const certificate_authority&) = delete;
    certificate_authority& operator=(const certificate_authority&) = delete;

    /// What a client must trust, as PEM text.
    [[nodiscard]] std::string certificate_pem() const;

    /// A server's certificate, signed by this authority.
    ///
    /// \throws std::runtime_error  if `request` holds something that is no name or address.
    [[nodiscard]] certificate issue(const certificate_request& request) const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// A server's certificate that nobody but itself vouches for.
///
/// \throws std::runtime_error  as certificate_authority::issue().
[[nodiscard]] certificate self_signed(const certificate_request& request);

}  // namespace loopback
