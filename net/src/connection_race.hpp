// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "address_queue.hpp"

#include <weft/clock.hpp>
#include <weft/event.hpp>
#include <weft/net/error.hpp>
#include <weft/net/tcp_connector.hpp>
#include <weft/task_group.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace weft::net {

/// One run of connect_tcp(): name resolution and attempts are fibers of one group, the caller
/// starts them and waits for the first success.
///
/// Invariants:
/// 1. winner_ is set once; an attempt that succeeds later destroys, and so closes, its stream.
/// 2. When run() ends, by whatever way, all its fibers have ended.
class connection_race {
public:
    connection_race(resolver& names, std::string_view host, std::uint16_t port,
                    const connect_options& options);

    tcp_stream run();

private:
    struct failed_attempt {
        address to;
        std::error_code code;
    };

    void resolve();
    void addresses_found(const std::vector<address>& found);
    void attempt(const address& to);
    void direct(task_group& fibers);
    void start_next(task_group& fibers);
    [[nodiscard]] bool may_start() const noexcept;
    [[nodiscard]] bool is_lost() const noexcept;
    void wait_for_change();
    [[noreturn]] void throw_failure() const;
    [[nodiscard]] std::string what_was_tried(bool with_causes) const;

    resolver& names_;
    std::string host_;
    std::uint16_t port_;
    connect_options options_;

    address_queue queue_;
    event changed_;                         // something below did
    clock::time_point next_start_ = never;  // when the next address may be tried
    bool resolving_ = true;
    std::size_t attempts_ = 0;  // started
    std::size_t running_ = 0;   // of them, not ended
    std::optional<tcp_stream> winner_;
    std::optional<error> resolve_failure_;
    std::vector<failed_attempt> failures_;
};

}  // namespace weft::net
