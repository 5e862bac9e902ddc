// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace weft::net {

/// What failed in the network, beyond the codes of the system.
enum class errc {
    name_not_found = 1,       ///< NXDOMAIN: there is no such name
    no_address,               ///< the name exists and has no address of the wanted kind
    resolver_failure,         ///< the name servers answered with a failure, or nonsense
    resolver_timeout,         ///< no name server answered
    invalid_name,             ///< not a host name
    all_attempts_failed,      ///< every address of a name was tried
    unexpected_end,           ///< the peer finished in the middle of something
    limit_exceeded,           ///< more data than allowed
    tls_handshake_failed,     ///< the peers did not agree, or one spoke no TLS
    tls_truncated,            ///< the stream ended without the TLS goodbye
    tls_protocol_error,       ///< garbage in the TLS stream
    certificate_expired,      ///< the peer's certificate is not valid at this time
    certificate_wrong_host,   ///< the peer's certificate is for other names
    certificate_untrusted,    ///< no trusted authority vouches for the certificate
    certificate_self_signed,  ///< nobody but the certificate itself vouches for it
    certificate_invalid,      ///< another fault of the peer's certificate
};

/// The category of errc, named "weft.net".
[[nodiscard]] const std::error_category& category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc code) noexcept;

/// The one exception of net: a code, the operation that failed, and the bytes already moved.
class error : public io_error {
public:
    using io_error::io_error;
};

}  // namespace weft::net

template <>
struct std::is_error_code_enum<weft::net::errc> : std::true_type {};
