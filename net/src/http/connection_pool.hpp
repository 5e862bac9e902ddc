// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "http/input_buffer.hpp"

#include <weft/clock.hpp>
#include <weft/event.hpp>
#include <weft/net/connector.hpp>
#include <weft/net/stream.hpp>
#include <weft/task.hpp>

#include <cstddef>
#include <list>
#include <map>
#include <memory>

namespace weft::http {

/// A connection of a client, with what was read from it and not used.
struct client_connection {
    explicit client_connection(std::unique_ptr<net::stream> opened) : stream(std::move(opened)) {}

    std::unique_ptr<net::stream> stream;
    input_buffer input;
    bool reused = false;  ///< it has served a request before

    // For the pool:
    net::target where;
    task<> watcher;         // reads while the connection is idle
    bool idle = false;      // it is in the pool's list
    bool unusable = false;  // the watcher saw it end
};

/// How many connections a pool holds and how long.
struct pool_limits {
    std::size_t total;
    std::size_t per_host;  ///< 0: no limit
    clock::duration keep_alive;
};

/// Keeps a client's connections for reuse and bounds their number.
///
/// Invariants:
/// 1. Every connection, open or being opened, occupies one place; there are at most `total`.
/// 2. A place is freed by the destructor of its lease or the end of an idle connection, on every
///    path.
/// 3. Among those who wait for one target, the first to come is served first. What was granted to
///    a waiter that was cancelled meanwhile goes to the next.
/// 4. A fiber watches each idle connection: one that ends, gets too old or sends something unasked
///    leaves at once. The watcher touches the pool only while the connection is idle.
class connection_pool : public std::enable_shared_from_this<connection_pool> {
public:
    class lease;

    explicit connection_pool(pool_limits limits) : limits_(limits) {}
    ~connection_pool() { close(); }
    connection_pool(const connection_pool&) = delete;
    connection_pool& operator=(const connection_pool&) = delete;

    /// Waits for a connection to `wanted`, or for the permission to open one.
    ///
    /// Blocks:       while all places are taken.
    /// Cancellation: throws cancelled; the place goes to the next.
    /// \throws http::error  errc::session_closed.
    [[nodiscard]] lease acquire(const net::target& wanted);

    /// Closes idle connections and fails those who wait; leases stay valid. Never blocks.
    void close() noexcept;

    [[nodiscard]] std::size_t open() const noexcept { return open_; }
    [[nodiscard]] std::size_t idle() const noexcept { return idle_.size(); }

private:
    struct waiter {
        explicit waiter(const net::target& target) : wanted(target) {}
        const net::target& wanted;
        event served;
        bool granted = false;
        std::shared_ptr<client_connection> connection;  // empty: open one
    };
    using connection_list = std::list<std::shared_ptr<client_connection>>;

    bool try_grant(waiter& asking);
    bool take_idle(waiter& asking);
    bool evict_oldest();
    bool others_wait_for(const net::target& wanted) const noexcept;
    void wait(waiter& asking);
    void serve_waiters();
    void watch(const std::shared_ptr<client_connection>& added);
    void leave(client_connection& ended) noexcept;
    void give_back(const net::target& where, const std::shared_ptr<client_connection>& connection);
    void free_place(const net::target& where) noexcept;

    pool_limits limits_;
    std::size_t open_ = 0;
    std::map<net::target, std::size_t> open_by_target_;
    connection_list idle_;  // oldest first
    std::list<waiter*> waiters_;
    bool closed_ = false;
};

/// A place in a pool, with a connection once there is one.
class connection_pool::lease {
public:
    lease(std::shared_ptr<connection_pool> pool, net::target where) noexcept
        : pool_(std::move(pool)), where_(std::move(where)) {}
    lease(lease&& other) noexcept = default;
    lease& operator=(lease&&) = delete;

    /// Closes the connection and frees the place.
    ~lease();

    /// Keeps the connection for the next request. The lease is empty then.
    void give_back();

    /// Empty: the holder shall open a connection and put it here.
    std::shared_ptr<client_connection> connection;

private:
    std::shared_ptr<connection_pool> pool_;
    net::target where_;
};

}  // namespace weft::http
