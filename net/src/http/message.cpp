// SPDX-License-Identifier: BSL-1.0
#include <weft/http/message.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace weft::http {

namespace {

constexpr auto phrases = std::to_array<std::pair<unsigned, std::string_view>>({
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

}  // namespace

std::string_view request::path() const noexcept {
    return std::string_view(target).substr(0, target.find('?'));
}

void request::clear() noexcept {
    method.clear();
    target.clear();
    version = http::version::http_1_1;
    headers.clear();
    body.clear();
}

void response::clear() noexcept {
    status = 200;
    reason.clear();
    version = http::version::http_1_1;
    headers.clear();
    body.clear();
}

std::string_view reason_phrase(unsigned status) noexcept {
    const auto* const found = std::ranges::lower_bound(
        phrases, status, {}, &std::pair<unsigned, std::string_view>::first);
    return found != phrases.end() && found->first == status ? found->second : std::string_view{};
}

}  // namespace weft::http
