// SPDX-License-Identifier: BSL-1.0
#include "http/redirect.hpp"

#include <weft/http/error.hpp>

#include <string>
#include <utility>

namespace weft::http {

namespace {

url place(const url& from, std::string_view location) {
    try {
        return from.resolve(location);
    } catch (const error& fault) {
        throw error(errc::bad_redirect, fault.what(), stage::head);
    }
}

bool becomes_get(std::string_view method, unsigned status) noexcept {
    return (status == 303 && method != "HEAD") ||
           ((status == 301 || status == 302) && method == "POST");
}

void drop_body(client_request& asked) {
    asked.method = "GET";
    asked.body.clear();
    asked.source = {};
    for (const auto* name : {"Content-Length", "Content-Type", "Content-Encoding",
                             "Content-Language", "Content-Location", "Expect"}) {
        asked.headers.erase(name);
    }
}

}  // namespace

void follow_redirect(client_request& asked, unsigned status, std::string_view location) {
    auto next = place(asked.where, location);
    if (becomes_get(asked.method, status)) {
        drop_body(asked);
    } else if (asked.source) {
        throw error(errc::body_not_replayable, "http redirect", stage::head);
    }
    if (!asked.where.same_origin(next)) {
        for (const auto* name : {"Authorization", "Cookie", "Proxy-Authorization", "Host"}) {
            asked.headers.erase(name);
        }
    }
    asked.where = std::move(next);
}

}  // namespace weft::http
