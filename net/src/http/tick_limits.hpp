// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/http/server.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace weft::http {

/// The time limits of a server, counted in ticks of one clock for all its connections.
///
/// A request begins and ends several limits. A timer and a look at the clock for each would cost
/// more than parsing; counting ticks costs a store. A limit ends at most one tick late.
struct tick_limits {
    explicit tick_limits(const server_options& options)
        : tick(std::clamp<clock::duration>(std::min({options.header_timeout, options.body_timeout,
                                                     options.write_timeout, options.idle_timeout}) /
                                               8,
                                           std::chrono::milliseconds(1), std::chrono::seconds(1))),
          header(count(options.header_timeout)),
          body(count(options.body_timeout)),
          write(count(options.write_timeout)),
          idle(count(options.idle_timeout)) {}

    clock::duration tick;
    std::int64_t header;
    std::int64_t body;
    std::int64_t write;
    std::int64_t idle;

private:
    // The first tick may come at once, hence one more.
    [[nodiscard]] std::int64_t count(clock::duration limit) const {
        return (limit - clock::duration(1)) / tick + 2;
    }
};

}  // namespace weft::http
