// SPDX-License-Identifier: BSL-1.0
#include "http/chunked_decoder.hpp"

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <weft/http/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>

namespace weft::fuzz {

namespace {

struct outcome {
    std::string body;
    std::size_t used = 0;
    bool refused = false;
    bool done = false;
    bool operator==(const outcome&) const = default;
};

outcome feed(std::string_view text, std::size_t step, std::size_t most) {
    const http::limits bounds;
    http::chunked_decoder decoder(bounds);
    outcome result;
    try {
        for (std::size_t shown = 0; !decoder.done() && shown < text.size();) {
            shown = std::min(text.size(), shown + step);
            auto input = text.substr(result.used, shown - result.used);
            for (auto piece = decoder.decode(input, most); !piece.empty();
                 piece = decoder.decode(input, most)) {
                require(piece.size() <= most, "a piece is bounded");
                result.body += piece;
            }
            result.used = shown - input.size();
        }
    } catch (const http::error&) {
        result.used = 0;  // how far a refused body was read depends on how it arrived
        result.refused = true;
    }
    result.done = decoder.done();
    return result;
}

}  // namespace

void chunked_body(std::string_view input) {
    const auto whole = feed(input, 1'000'000, 1'000'000);
    require(whole.body.size() <= input.size(), "a body is no longer than its chunks");
    require(feed(input, 1, 1'000'000) == whole, "a body is the same byte by byte");
    require(feed(input, 7, 3) == whole, "a body is the same in small pieces");
}

}  // namespace weft::fuzz
