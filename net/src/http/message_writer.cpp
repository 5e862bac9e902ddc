// SPDX-License-Identifier: BSL-1.0
#include "http/message_writer.hpp"

#include "http/date.hpp"
#include "http/request_parser.hpp"
#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <array>
#include <charconv>

namespace weft::http {

namespace {

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

// Framing is the writer's: two opinions on where a body ends must not leave this program.
// \param length  of the body, unless it is not known.
void check_framing(const headers& fields, std::optional<std::uint64_t> length,
                   std::string_view what) {
    if (fields.contains("Transfer-Encoding")) {
        throw error(errc::conflicting_framing, std::string(what));
    }
    const auto announced = fields.find_all("Content-Length");
    if (announced.empty()) {
        return;
    }
    const auto number = parse_decimal(announced.front());
    if (announced.size() > 1 || !number || (length && number != length)) {
        throw error(errc::bad_length, std::string(what));
    }
}

void check_request(const outgoing_request& wanted) {
    if (!is_token(wanted.method) || !is_valid_target(wanted.method, wanted.target)) {
        throw error(errc::forbidden_byte, "http request line");
    }
    if (!wanted.body && wanted.fields.contains("Content-Length")) {
        throw error(errc::bad_length, "http request");
    }
    check_framing(wanted.fields, wanted.body, "http request");
    if (const auto hosts = wanted.fields.find_all("Host");
        hosts.size() > 1 || (hosts.size() == 1 && !is_valid_host(hosts.front()))) {
        throw error(errc::bad_host, "http request");
    }
}

void append_accepted(std::string& out, const outgoing_request& wanted) {
    if (wanted.accept_encodings && !wanted.fields.contains("Accept-Encoding")) {
        out.append("Accept-Encoding: gzip, deflate, br\r\n");
    }
}

void append_request_framing(std::string& out, const outgoing_request& wanted) {
    if (wanted.chunked) {
        out.append("Transfer-Encoding: chunked\r\n");
    } else if (wanted.body && !wanted.fields.contains("Content-Length")) {
        out.append("Content-Length: ");
        append_number(out, *wanted.body);
        out.append("\r\n");
    }
}

void append_status_line(std::string& out, const response& answered) {
    if (answered.status < 200 || answered.status > 999 || !is_field_value(answered.reason)) {
        throw error(errc::forbidden_byte, "http status line");
    }
    if (answered.status == 200 && answered.reason.empty()) {
        out.append("HTTP/1.1 200 OK\r\n");
        return;
    }
    out.append("HTTP/1.1 ");
    append_number(out, answered.status);
    out.append(" ");
    out.append(answered.reason.empty() ? reason_phrase(answered.status) : answered.reason);
    out.append("\r\n");
}

void append_response_framing(std::string& out, std::uint64_t length,
                             const response_context& context) {
    if (!context.streamed) {
        out.append("Content-Length: ");
        append_number(out, length);
        out.append("\r\n");
    } else if (!context.to_http_1_0) {
        out.append("Transfer-Encoding: chunked\r\n");
    }
}

void append_connection(std::string& out, const headers& fields, const response_context& context) {
    if (!context.keep_alive) {
        if (!fields.lists("Connection", "close")) {
            out.append("Connection: close\r\n");
        }
    } else if (context.to_http_1_0) {
        out.append("Connection: keep-alive\r\n");
    }
}

}  // namespace

void write_request_head(std::string& out, const outgoing_request& wanted) {
    check_request(wanted);
    out.append(wanted.method).append(" ").append(wanted.target).append(" HTTP/1.1\r\n");
    if (!wanted.fields.contains("Host")) {
        out.append("Host: ").append(wanted.authority).append("\r\n");
    }
    out.append(wanted.fields.wire());
    append_accepted(out, wanted);
    append_request_framing(out, wanted);
    out.append("\r\n");
}

bool write_response_head(std::string& out, const response& answered,
                         const response_context& context) {
    const bool bodiless = answered.status == 204 || answered.status == 304;
    const auto length = static_cast<std::uint64_t>(answered.body.size());
    const bool any_length = context.to_head || bodiless || context.streamed;
    check_framing(answered.headers, any_length ? std::nullopt : std::optional(length),
                  "http response");
    append_status_line(out, answered);
    out.append(answered.headers.wire());
    if (!answered.headers.contains("Date")) {
        out.append("Date: ").append(current_date()).append("\r\n");
    }
    if (!bodiless && !answered.headers.contains("Content-Length")) {
        append_response_framing(out, length, context);
    }
    append_connection(out, answered.headers, context);
    out.append("\r\n");
    return !context.to_head && !bodiless && (context.streamed || length > 0);
}

}  // namespace weft::http
