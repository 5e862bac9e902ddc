// SPDX-License-Identifier: BSL-1.0
#include <weft/net/error.hpp>

namespace weft::net {

namespace {

class net_category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "weft.net"; }

    [[nodiscard]] std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::name_not_found: return "no such host name";
            case errc::no_address: return "the name has no address of the wanted kind";
            case errc::resolver_failure: return "the name servers failed";
            case errc::resolver_timeout: return "no name server answered";
            case errc::invalid_name: return "not a host name";
            case errc::all_attempts_failed: return "every address was tried in vain";
            case errc::unexpected_end: return "unexpected end of the stream";
            case errc::limit_exceeded: return "more data than allowed";
            case errc::tls_handshake_failed: return "TLS handshake failed";
            case errc::tls_truncated: return "the stream ended without the TLS goodbye";
            case errc::tls_protocol_error: return "TLS protocol error";
            case errc::certificate_expired: return "the certificate is not valid at this time";
            case errc::certificate_wrong_host: return "the certificate is for another name";
            case errc::certificate_untrusted:
                return "no trusted authority vouches for the certificate";
            case errc::certificate_self_signed:
                return "nobody but the certificate itself vouches for it";
            case errc::certificate_invalid: return "the certificate is invalid";
        }
        return "unknown weft.net error";
    }

    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
        if (static_cast<errc>(code) == errc::resolver_timeout) {
            return std::errc::timed_out;
        }
        return {code, *this};
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const net_category instance;
    return instance;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), category()};
}

}  // namespace weft::net
