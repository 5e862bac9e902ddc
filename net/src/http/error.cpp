// SPDX-License-Identifier: BSL-1.0
#include <weft/http/error.hpp>

#include <string>

namespace weft::http {

namespace {

const char* describe(errc code) noexcept {
    switch (code) {
        case errc::invalid_url: return "not an acceptable http or https URL";
        case errc::forbidden_byte: return "a byte that is not allowed here";
        case errc::bad_line_ending: return "a line that does not end in CR LF, or a folded one";
        case errc::bad_start_line: return "malformed start line";
        case errc::bad_target: return "malformed request target";
        case errc::unsupported_version: return "neither HTTP/1.0 nor HTTP/1.1";
        case errc::bad_field: return "malformed header field";
        case errc::bad_host: return "Host is missing, doubled or malformed";
        case errc::bad_length: return "malformed or contradicting Content-Length";
        case errc::conflicting_framing: return "both Content-Length and Transfer-Encoding";
        case errc::bad_transfer_encoding: return "Transfer-Encoding does not end in chunked";
        case errc::unsupported_coding: return "unsupported transfer coding";
        case errc::bad_chunk: return "malformed chunked data";
        case errc::start_line_too_long: return "the start line is too long";
        case errc::head_too_large: return "too many or too long header fields";
        case errc::body_too_large: return "the body is too large";
        case errc::no_response: return "the connection ended before the response";
        case errc::incomplete_head: return "the connection ended inside a head";
        case errc::incomplete_body: return "the connection ended inside a body";
        case errc::length_mismatch: return "the body is shorter than announced";
        case errc::bad_content_coding: return "the compressed body cannot be decoded";
        case errc::too_many_redirects: return "too many redirects";
        case errc::bad_redirect: return "redirect to an unacceptable place";
        case errc::body_not_replayable: return "the body cannot be sent again";
        case errc::total_timeout: return "the total time limit was exceeded";
        case errc::connect_timeout: return "the time limit for connecting was exceeded";
        case errc::read_timeout: return "the time limit for reading was exceeded";
        case errc::session_closed: return "the session is closed";
    }
    return "unknown weft.http error";
}

class http_category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "weft.http"; }

    [[nodiscard]] std::string message(int code) const override {
        return describe(static_cast<errc>(code));
    }

    [[nodiscard]] std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<errc>(code)) {
            case errc::total_timeout:
            case errc::connect_timeout:
            case errc::read_timeout: return std::errc::timed_out;
            default: return {code, *this};
        }
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const http_category instance;
    return instance;
}

std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), category()};
}

}  // namespace weft::http
