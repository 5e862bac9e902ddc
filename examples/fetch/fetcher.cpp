// SPDX-License-Identifier: BSL-1.0
#include "fetch/fetcher.hpp"

#include "fetch/digest.hpp"

#include <weft/clock.hpp>
#include <weft/semaphore.hpp>
#include <weft/task_group.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <exception>
#include <optional>
#include <span>

namespace fetch {

namespace {

void read_body(weft::http::client_response& response, bool with_digest, outcome& result) {
    std::optional<digest> sum;
    if (with_digest) {
        sum.emplace();
    }
    std::array<std::byte, 16 * 1024> piece;  // uninitialized: most bodies fill only a part
    while (const auto size = response.read_some(piece)) {
        result.bytes += size;
        if (sum) {
            sum->add(std::span(piece).first(size));
        }
    }
    if (sum) {
        result.sha256 = sum->hexadecimal();
    }
}

/// Why a fetch failed. That it was one of this URL is said elsewhere in its line.
std::string reason_of(const std::exception& error, const wanted_url& wanted) {
    const std::string text = error.what();
    const auto known = "GET " + wanted.where.str() + ": ";
    return text.starts_with(known) ? text.substr(known.size()) : text;
}

outcome fetch_one(weft::http::session& session, const wanted_url& wanted, bool with_digest) {
    outcome result;
    result.url = wanted.text;
    const auto begin = weft::clock::now();
    try {
        auto response = session.get(wanted.where);
        result.status = response.status();
        result.reused = response.reused();
        read_body(response, with_digest, result);
        if (result.status >= 400) {
            result.error = "status " + std::to_string(result.status) + " " + response.reason();
        }
    } catch (const std::exception& error) {  // cancelled is none and passes
        result.error = reason_of(error, wanted);
        result.sha256.clear();
    }
    result.ms = std::chrono::duration<double, std::milli>(weft::clock::now() - begin).count();
    return result;
}

}  // namespace

void fetch_all(weft::http::session& session, const options& wanted,
               const std::function<void(const outcome&)>& on_end) {
    weft::counting_semaphore places(wanted.concurrency);
    weft::with_task_group([&](weft::task_group& group) {
        for (std::size_t round = 0; round < wanted.repeat; ++round) {
            for (const auto& url : wanted.urls) {
                places.acquire();
                group.spawn([&session, &wanted, &on_end, &places, &url] {
                    on_end(fetch_one(session, url, wanted.sha256));
                    places.release();
                });
            }
        }
    });
}

}  // namespace fetch
