// SPDX-License-Identifier: BSL-1.0
#include <weft/http/url.hpp>

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <weft/http/error.hpp>

#include <algorithm>
#include <optional>

namespace weft::fuzz {

namespace {

template <class Make>
std::optional<http::url> made(Make make) {
    try {
        return make();
    } catch (const http::error&) {
        return {};
    }
}

void check(const http::url& valid) {
    require(!valid.host().empty() && valid.port() != 0, "there is somewhere to connect to");
    require(valid.target().starts_with('/'), "the target is a path");
    const auto text = valid.str();
    require(std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; }),
            "a URL is visible ASCII");
    require(http::url(text) == valid, "a URL reads back as itself");
}

}  // namespace

void url(std::string_view input) {
    if (const auto absolute = made([&] { return http::url(input); })) {
        check(*absolute);
    }
    const http::url base("http://a.test/b/c?d");
    if (const auto resolved = made([&] { return base.resolve(input); })) {
        check(*resolved);
    }
}

}  // namespace weft::fuzz
