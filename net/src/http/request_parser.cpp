// SPDX-License-Identifier: BSL-1.0
#include "http/request_parser.hpp"

#include "http/beast_errors.hpp"
#include "http/head_access.hpp"
#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>

namespace weft::http {

namespace {

namespace beast = boost::beast;
using beast_error = boost::system::error_code;

std::string_view view(beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

/// Takes one complete head apart and fills in a request.
class head_reader final : public beast::http::basic_parser<true> {
public:
    head_reader(request& into, request_traits& traits) noexcept : into_(into), traits_(traits) {}

private:
    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                         int version, beast_error&) override {
        if (!is_valid_target(view(method), view(target))) {
            throw error(errc::bad_target, "http request");
        }
        into_.method.assign(method.data(), method.size());
        into_.target.assign(target.data(), target.size());
        into_.version = version == 10 ? version::http_1_0 : version::http_1_1;
    }

    void on_field_impl(beast::http::field known, beast::string_view name, beast::string_view value,
                       beast_error&) override {
        const auto text = view(value);
        switch (known) {
            case beast::http::field::host: host(text); break;
            case beast::http::field::content_length: framing_.content_length(text); break;
            case beast::http::field::transfer_encoding: framing_.transfer_encoding(text); break;
            case beast::http::field::expect: expect(text); break;
            default: break;
        }
        head_access::append(into_.headers, view(name), text);
    }

    void on_header_impl(beast_error&) override {
        const bool old = into_.version == version::http_1_0;
        if (!has_host_ && !old) {
            throw error(errc::bad_host, "http request");
        }
        if (framing_.chunked()) {
            if (old) {  // RFC 9112 section 6.1: faulty framing
                throw error(errc::bad_transfer_encoding, "http request");
            }
            traits_.body.kind = body_kind::chunked;
        } else if (framing_.length().value_or(0) > 0) {
            traits_.body = {body_kind::length, *framing_.length()};
        }
    }

    void host(std::string_view value) {
        if (has_host_ || !is_valid_host(value)) {
            throw error(errc::bad_host, "http request");
        }
        has_host_ = true;
    }

    void expect(std::string_view value) noexcept {
        const bool known = equal_without_case(value, "100-continue");
        traits_.expects_continue = known && into_.version == version::http_1_1;
        traits_.unknown_expectation = !known;
    }

    // Only heads are given to this parser; bodies have a decoder of their own.
    void on_response_impl(int, beast::string_view, int, beast_error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast_error&) override {}
    std::size_t on_body_impl(beast::string_view, beast_error&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast_error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, beast_error&) override {
        return 0;
    }
    void on_finish_impl(beast_error&) override {}

    request& into_;
    request_traits& traits_;
    framing_fields framing_{true};
    bool has_host_ = false;
};

// A request line without a version is HTTP/0.9, which has no head to wait for.
void check_version(std::string_view line) {
    const auto word = line.substr(std::min(line.rfind(' ') + 1, line.size()));
    if (word == "HTTP/1.1" || word == "HTTP/1.0") {
        return;
    }
    const bool well_formed = word.size() == 8 && word.starts_with("HTTP/") && word[6] == '.' &&
                             syntax::is_digit(word[5]) && syntax::is_digit(word[7]);
    throw error(well_formed ? errc::unsupported_version : errc::bad_start_line, "http request");
}

bool is_port(std::string_view text) noexcept {
    return text.size() <= 5 && std::ranges::all_of(text, syntax::is_digit);
}

}  // namespace

std::size_t request_parser::parse(std::string_view input, request& into, request_traits& traits) {
    const auto size = guard_.scan(input);
    check_early(input);
    if (size == 0) {
        return 0;
    }
    const auto head = input.substr(guard_.begin(), size - guard_.begin());
    into.clear();
    traits = {};
    head_reader reader(into, traits);
    reader.header_limit(static_cast<std::uint32_t>(head.size()) + 1);
    reader.skip(true);
    beast_error code;
    const auto used = reader.put(boost::asio::buffer(head.data(), head.size()), code);
    if (code || used != head.size()) {
        throw error(translate(code), "http request");
    }
    traits.keep_alive = reader.keep_alive();
    guard_.reset();
    version_checked_ = false;
    return size;
}

// What need not wait for the whole head: something that is not HTTP, such as TLS, and HTTP/0.9.
void request_parser::check_early(std::string_view input) {
    if (version_checked_ || input.size() <= guard_.begin()) {
        return;
    }
    const auto first_line = input.substr(guard_.begin());
    if (first_line.front() != '\r' && !is_token(first_line.substr(0, 1))) {
        throw error(errc::bad_start_line, "http request");
    }
    if (guard_.has_first_line()) {
        check_version(first_line.substr(0, first_line.find('\r')));
        version_checked_ = true;
    }
}

bool is_valid_host(std::string_view value) noexcept {
    if (value.starts_with('[')) {
        const auto end = value.find(']');
        if (end == std::string_view::npos || end < 3) {
            return false;
        }
        const auto port = value.substr(end + 1);
        const auto literal = value.substr(1, end - 1);
        return (port.empty() || (port.front() == ':' && is_port(port.substr(1)))) &&
               std::ranges::all_of(literal, [](char c) {
                   return syntax::is_alpha(c) || syntax::is_digit(c) || c == ':' || c == '.';
               });
    }
    const auto colon = value.find(':');
    const auto name = value.substr(0, colon);
    const auto port =
        colon == std::string_view::npos ? std::string_view{} : value.substr(colon + 1);
    return is_registered_name(name) && is_port(port);
}

bool is_valid_target(std::string_view method, std::string_view target) noexcept {
    if (!is_visible(target) || target.find('#') != std::string_view::npos) {
        return false;
    }
    if (method == "CONNECT") {
        return target.find(':') != std::string_view::npos && is_valid_host(target);
    }
    if (target == "*") {
        return method == "OPTIONS";
    }
    if (target.front() == '/') {
        return true;
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (equal_without_case(target.substr(0, scheme.size()), scheme)) {
            const auto rest = target.substr(scheme.size());
            return is_valid_host(rest.substr(0, rest.find_first_of("/?")));
        }
    }
    return false;
}

}  // namespace weft::http
