// SPDX-License-Identifier: BSL-1.0
#include "http/response_parser.hpp"

#include "http/beast_errors.hpp"
#include "http/head_access.hpp"

#include <weft/http/error.hpp>

#include <boost/beast/http/basic_parser.hpp>

namespace weft::http {

namespace {

namespace beast = boost::beast;
using beast_error = boost::system::error_code;

std::string_view view(beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

bool never_has_body(unsigned status) noexcept {
    return status < 200 || status == 204 || status == 304;
}

/// Takes one complete head apart and fills in a response.
class head_reader final : public beast::http::basic_parser<false> {
public:
    explicit head_reader(response& into) noexcept : into_(into) {}

    [[nodiscard]] message_framing framing(bool to_head) const noexcept {
        if (to_head || never_has_body(into_.status)) {
            return {};
        }
        if (framing_.chunked()) {
            return {body_kind::chunked, 0};
        }
        if (const auto length = framing_.length()) {
            return {*length > 0 ? body_kind::length : body_kind::none, *length};
        }
        return {body_kind::until_close, 0};
    }

private:
    void on_response_impl(int status, beast::string_view reason, int version,
                          beast_error&) override {
        if (status < 100) {
            throw error(errc::bad_start_line, "http response");
        }
        into_.status = static_cast<unsigned>(status);
        into_.reason.assign(reason.data(), reason.size());
        into_.version = version == 10 ? version::http_1_0 : version::http_1_1;
    }

    void on_field_impl(beast::http::field known, beast::string_view name, beast::string_view value,
                       beast_error&) override {
        const auto text = view(value);
        if (known == beast::http::field::content_length) {
            framing_.content_length(text);
        } else if (known == beast::http::field::transfer_encoding) {
            framing_.transfer_encoding(text);
        }
        head_access::append(into_.headers, view(name), text);
    }

    // Only heads are given to this parser; bodies have a decoder of their own.
    void on_request_impl(beast::http::verb, beast::string_view, beast::string_view, int,
                         beast_error&) override {}
    void on_header_impl(beast_error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast_error&) override {}
    std::size_t on_body_impl(beast::string_view, beast_error&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast_error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, beast_error&) override {
        return 0;
    }
    void on_finish_impl(beast_error&) override {}

    response& into_;
    framing_fields framing_{false};
};

std::size_t put(head_reader& reader, std::string_view text) {
    beast_error code;
    const auto used = reader.put(boost::asio::buffer(text.data(), text.size()), code);
    if (code && code != beast::http::error::need_more) {
        throw error(translate(code), "http response");
    }
    return used;
}

// "HTTP/1.1 200" without the blank behind: the reason may be missing, not so the blank, but
// servers that drop both exist and mean nothing else.
std::size_t put_bare_status_line(head_reader& reader, std::string_view head) {
    constexpr std::size_t bare = std::string_view("HTTP/1.1 200").size();
    if (head.find('\r') != bare) {
        return 0;
    }
    put(reader, std::string(head.substr(0, bare)) + " \r\n");
    return bare + 2;
}

void check_first_bytes(std::string_view input) {
    constexpr std::string_view protocol = "HTTP/";
    const auto seen = input.substr(0, protocol.size());
    if (seen != protocol.substr(0, seen.size())) {
        throw error(errc::bad_start_line, "http response");
    }
}

}  // namespace

std::size_t response_parser::parse(std::string_view input, bool to_head, response& into,
                                   response_traits& traits) {
    check_first_bytes(input);
    const auto size = guard_.scan(input);
    if (size == 0) {
        return 0;
    }
    into.clear();
    head_reader reader(into);
    reader.header_limit(static_cast<std::uint32_t>(size) + 1);
    reader.skip(true);
    const auto head = input.substr(0, size);
    const auto begun = put_bare_status_line(reader, head);
    put(reader, head.substr(begun));
    if (!reader.is_done()) {
        throw error(errc::bad_field, "http response");
    }
    traits.body = reader.framing(to_head);
    traits.keep_alive = reader.keep_alive() && traits.body.kind != body_kind::until_close;
    guard_.reset();
    return size;
}

}  // namespace weft::http
