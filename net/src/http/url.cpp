// SPDX-License-Identifier: BSL-1.0
#include <weft/http/url.hpp>

#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace weft::http {

namespace {

namespace urls = boost::urls;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    constexpr std::size_t shown = 200;  // bytes of a URL in a message
    std::string what("url ");
    for (const char c : text.substr(0, shown)) {
        what += is_visible({&c, 1}) ? c : '?';
    }
    throw error(errc::invalid_url, what.append(": ").append(why));
}

// Whether some resolvers take `host` for an IPv4 address though it is not in the usual form.
// Source: the WHATWG URL standard, "ends in a number checker".
bool ends_in_a_number(std::string_view host) noexcept {
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    const auto last = host.substr(host.rfind('.') + 1);
    if (last.starts_with("0x")) {
        return std::ranges::all_of(
            last.substr(2), [](char c) { return syntax::is_digit(c) || (c >= 'a' && c <= 'f'); });
    }
    return !last.empty() && std::ranges::all_of(last, syntax::is_digit);
}

bool is_name(std::string_view host) noexcept {
    return !host.empty() && host.size() <= 254 && host.front() != '.' &&
           host.find("..") == std::string_view::npos && std::ranges::all_of(host, [](char c) {
               return syntax::is_alpha(c) || syntax::is_digit(c) || c == '-' || c == '.' ||
                      c == '_';
           });
}

std::string checked_host(std::string_view raw, std::string_view text) {
    std::string host(raw);
    std::ranges::transform(host, host.begin(), to_lower);
    if (host.starts_with('[')) {
        const auto literal = host.substr(1, host.size() - 2);
        if (!host.ends_with(']') || !urls::parse_ipv6_address(literal)) {
            refuse(text, "the host is no IPv6 address");
        }
        return literal;
    }
    if (urls::parse_ipv4_address(host)) {
        return host;
    }
    if (!is_name(host)) {
        refuse(text, "the host is not a name");
    }
    if (ends_in_a_number(host)) {
        refuse(text, "the host is an ambiguous IPv4 address");
    }
    return host;
}

std::uint16_t checked_port(std::string_view raw, bool secure, std::string_view text) {
    if (raw.empty()) {
        return secure ? 443 : 80;
    }
    const auto port = parse_decimal(raw);
    if (!port || *port == 0 || *port > 65'535) {
        refuse(text, "the port is not a number from 1 to 65535");
    }
    return static_cast<std::uint16_t>(*port);
}

/// The parts of a URL reference, as RFC 3986 appendix B splits them; the fragment is dropped.
struct parts {
    std::optional<std::string_view> scheme;
    std::optional<std::string_view> authority;
    std::string_view path;
    std::optional<std::string_view> query;
};

parts split(std::string_view text) {
    parts found;
    text = text.substr(0, text.find('#'));
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && colon < text.find_first_of("/?")) {
        found.scheme = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    if (text.starts_with("//")) {
        text.remove_prefix(2);
        found.authority = text.substr(0, text.find_first_of("/?"));
        text.remove_prefix(found.authority->size());
    }
    if (const auto mark = text.find('?'); mark != std::string_view::npos) {
        found.query = text.substr(mark + 1);
        text = text.substr(0, mark);
    }
    found.path = text;
    return found;
}

// Source: RFC 3986 section 5.2.4.
std::string remove_dot_segments(std::string_view path) {
    std::string kept;
    while (!path.empty()) {
        const auto slash = path.find('/', 1);
        const auto segment = path.substr(0, slash);
        path.remove_prefix(segment.size());
        if (segment == "/.." || segment == "/.") {
            if (segment == "/..") {
                kept.erase(std::min(kept.rfind('/'), kept.size()));
            }
            if (path.empty()) {
                kept += '/';
            }
        } else {
            kept += segment;
        }
    }
    return kept;
}

// Path and query, checked by the library's grammar. It is given a host of our own: the library's
// version 1.81 ends an authority too early, at the first character that fits no more, and takes
// http://127.0.0.1.example/ for a path at 127.0.0.1.
std::string checked_target(const parts& given, std::string_view text) {
    std::string target(given.path.empty() ? "/" : given.path);
    if (given.query) {
        target.append("?").append(*given.query);
    }
    if (!urls::parse_uri("http://host" + target)) {
        refuse(text, "a character that may not stand in a URL");
    }
    return target;
}

// What may not stand in a URL but does in many a Location: blanks, quotes, UTF-8.
std::string encode_strays(std::string_view reference) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : reference) {
        const auto byte = static_cast<unsigned char>(c);
        const bool stray = byte == ' ' || byte >= 0x80 ||
                           std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos;
        if (!stray) {
            encoded += c;
            continue;
        }
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 15U];
    }
    return encoded;
}

}  // namespace

url::url(std::string_view text) {
    const auto given = split(text);
    const auto scheme = given.scheme.value_or("");
    secure_ = equal_without_case(scheme, "https");
    if (!secure_ && !equal_without_case(scheme, "http")) {
        refuse(text, "it does not begin with http:// or https://");
    }
    const auto authority = given.authority.value_or("");
    if (authority.find('@') != std::string_view::npos) {
        refuse(text, "user names and passwords do not belong in a URL");
    }
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const auto host = authority.substr(0, colon);
    if (host.empty()) {
        refuse(text, "there is no host");
    }
    host_ = checked_host(host, text);
    port_ = checked_port(
        colon == std::string_view::npos ? std::string_view{} : authority.substr(colon + 1), secure_,
        text);
    target_ = checked_target(given, text);
}

std::string url::authority() const {
    const bool literal = host_.find(':') != std::string::npos;
    std::string text = literal ? "[" + host_ + "]" : host_;
    if (port_ != (secure_ ? 443 : 80)) {
        text += ":" + std::to_string(port_);
    }
    return text;
}

bool url::same_origin(const url& other) const noexcept {
    return secure_ == other.secure_ && port_ == other.port_ && host_ == other.host_;
}

url url::resolve(std::string_view reference) const {
    const auto encoded = encode_strays(reference);
    const auto given = split(encoded);
    if (given.scheme) {
        return url(encoded);
    }
    std::string text(scheme());
    text += ":";
    if (given.authority) {
        return url(text + encoded);
    }
    text.append("//").append(authority());
    const auto own = split(target_);
    if (given.path.empty()) {
        text += own.path;
    } else if (given.path.front() == '/') {
        text += remove_dot_segments(given.path);
    } else {
        const auto folder = own.path.substr(0, own.path.rfind('/') + 1);
        text += remove_dot_segments(std::string(folder).append(given.path));
    }
    if (const auto query = given.query || !given.path.empty() ? given.query : own.query) {
        text.append("?").append(*query);
    }
    return url(text);
}

std::string url::str() const {
    return std::string(scheme()).append("://").append(authority()).append(target_);
}

}  // namespace weft::http
