// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::http {

/// An absolute http or https URL, checked and normalized.
///
/// A value type. Strict as RFC 3986, and stricter where tolerance has been abused: no user name
/// or password, no percent signs or non-ASCII characters in the host, and no number that only
/// some programs take for an IPv4 address, such as 127.1 or 0x7f000001.
class url {
public:
    /// \throws http::error  errc::invalid_url, with the reason.
    url(std::string_view text);  // NOLINT(google-explicit-constructor)
    url(const std::string& text) : url(std::string_view(text)) {}  // NOLINT
    url(const char* text) : url(std::string_view(text)) {}         // NOLINT

    /// "http" or "https".
    [[nodiscard]] std::string_view scheme() const noexcept { return secure_ ? "https" : "http"; }
    [[nodiscard]] bool secure() const noexcept { return secure_; }

    /// Name or literal address in lower case, without brackets.
    [[nodiscard]] const std::string& host() const noexcept { return host_; }

    /// As given, else 80 or 443.
    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// What the request line asks for: path and query, at least "/".
    [[nodiscard]] const std::string& target() const noexcept { return target_; }

    /// What the Host field says: the host, in brackets if need be, and the port unless it is the
    /// usual one.
    [[nodiscard]] std::string authority() const;

    /// Whether scheme, host and port are those of `other`.
    [[nodiscard]] bool same_origin(const url& other) const noexcept;

    /// The URL that `reference` means on a page at this one. Blanks and other characters that may
    /// not stand in a URL are percent-encoded, as browsers do for Location; fragments are dropped.
    ///
    /// \throws http::error  errc::invalid_url as the constructor.
    /// Source: RFC 3986 section 5.2.
    [[nodiscard]] url resolve(std::string_view reference) const;

    /// The whole URL, without fragment.
    [[nodiscard]] std::string str() const;

    auto operator<=>(const url&) const = default;

private:
    bool secure_ = false;
    std::uint16_t port_ = 0;
    std::string host_;
    std::string target_;
};

}  // namespace weft::http
