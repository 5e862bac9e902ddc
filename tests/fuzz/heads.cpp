// SPDX-License-Identifier: BSL-1.0
#include "http/request_parser.hpp"
#include "http/response_parser.hpp"

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <weft/http/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>

namespace weft::fuzz {

namespace {

constexpr http::limits small{
    .start_line = 200, .field_line = 200, .head_size = 1'000, .field_count = 20, .chunk_line = 50};
constexpr std::array<std::size_t, 3> steps{1, 7, 1'000'000};

struct request_outcome {
    std::size_t used = 0;
    http::request parsed;
    http::request_traits traits;
    bool refused = false;  // which of its faults is found first depends on how it arrives

    [[nodiscard]] auto summary() const {
        return std::tie(used, refused, parsed.method, parsed.target, parsed.version, parsed.headers,
                        traits.body.kind, traits.body.length, traits.keep_alive,
                        traits.expects_continue);
    }
};

struct response_outcome {
    std::size_t used = 0;
    http::response parsed;
    http::response_traits traits;
    bool refused = false;  // which of its faults is found first depends on how it arrives

    [[nodiscard]] auto summary() const {
        return std::tie(used, refused, parsed.status, parsed.reason, parsed.version, parsed.headers,
                        traits.body.kind, traits.body.length, traits.keep_alive);
    }
};

// Shows ever more of the input, `step` bytes at a time, until parse(text, outcome) decides.
template <class Outcome, class Parse>
Outcome feed(std::string_view input, std::size_t step, Parse parse) {
    Outcome result;
    try {
        for (std::size_t shown = 0; result.used == 0 && shown < input.size();) {
            shown = std::min(input.size(), shown + step);
            result.used = parse(input.substr(0, shown), result);
        }
    } catch (const http::error&) {
        result = {};
        result.refused = true;
    }
    return result;
}

request_outcome feed_request(std::string_view input, std::size_t step) {
    http::request_parser parser(small);
    return feed<request_outcome>(input, step, [&](std::string_view text, request_outcome& into) {
        return parser.parse(text, into.parsed, into.traits);
    });
}

response_outcome feed_response(std::string_view input, std::size_t step, bool to_head) {
    http::response_parser parser(small);
    return feed<response_outcome>(input, step, [&](std::string_view text, response_outcome& into) {
        return parser.parse(text, to_head, into.parsed, into.traits);
    });
}

bool has_control(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7f;
    });
}

void check_fields(const http::headers& fields) {
    require(fields.size() <= small.field_count, "no more fields than allowed");
    for (const auto [name, value] : fields) {
        require(!name.empty() && !has_control(name), "a name is a token");
        require(!has_control(value), "a value has no control character");
    }
}

}  // namespace

void request_head(std::string_view input) {
    const auto whole = feed_request(input, steps.back());
    for (const auto step : steps) {
        require(feed_request(input, step).summary() == whole.summary(),
                "a request is the same however it arrives");
    }
    if (whole.used == 0) {
        return;
    }
    require(whole.used <= input.size() && whole.used <= small.head_size, "the head is bounded");
    require(!has_control(whole.parsed.method) && !has_control(whole.parsed.target),
            "the request line has no control character");
    check_fields(whole.parsed.headers);
    const auto& fields = whole.parsed.headers;
    require(whole.parsed.version == http::version::http_1_0 || fields.find_all("Host").size() == 1,
            "a request of HTTP/1.1 has one Host");
    require(!fields.contains("Content-Length") || !fields.contains("Transfer-Encoding"),
            "a body is framed in one way");
}

void response_head(std::string_view input) {
    const bool to_head = !input.empty() && (input.size() & 1U) != 0;
    const auto whole = feed_response(input, steps.back(), to_head);
    for (const auto step : steps) {
        require(feed_response(input, step, to_head).summary() == whole.summary(),
                "a response is the same however it arrives");
    }
    if (whole.used == 0) {
        return;
    }
    require(whole.used <= input.size() && whole.used <= small.head_size, "the head is bounded");
    require(whole.parsed.status >= 100 && whole.parsed.status <= 999,
            "the status has three digits");
    require(!has_control(whole.parsed.reason), "the reason has no control character");
    require(!to_head || whole.traits.body.kind == http::body_kind::none, "HEAD brings no body");
    check_fields(whole.parsed.headers);
}

}  // namespace weft::fuzz
