// SPDX-License-Identifier: BSL-1.0
#include "http/connection_pool.hpp"

#include <weft/error.hpp>
#include <weft/http/error.hpp>
#include <weft/scope.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace weft::http {

namespace {

// Returns when the stream ends, fails, sends a byte that nobody asked for, or gets too old.
void wait_for_end(net::stream& idle, clock::duration limit) {
    std::array<std::byte, 1> unasked;
    move_on_after(limit, [&] {
        try {
            return idle.read_some(unasked);
        } catch (const io_error&) {
            return std::size_t{0};
        }
    });
}

}  // namespace

connection_pool::lease connection_pool::acquire(const net::target& wanted) {
    waiter asking(wanted);
    if (closed_) {
        throw error(errc::session_closed, "http session", stage::connect);
    }
    if (others_wait_for(wanted) || !try_grant(asking)) {
        wait(asking);
    }
    lease granted(shared_from_this(), wanted);
    granted.connection = std::move(asking.connection);
    if (granted.connection && granted.connection->watcher.valid()) {
        auto& watcher = granted.connection->watcher;
        watcher.join();  // it was cancelled; from here on nobody else reads
        watcher = {};
        if (granted.connection->unusable) {
            granted.connection->stream->close();
            granted.connection = nullptr;
        }
    }
    return granted;
}

void connection_pool::close() noexcept {
    closed_ = true;
    while (evict_oldest()) {
    }
    for (auto* waiting : waiters_) {
        waiting->served.set();
    }
    waiters_.clear();
}

// Gives `asking` a place and, if there is one, a connection. Returns whether that was possible.
bool connection_pool::try_grant(waiter& asking) {
    if (!take_idle(asking)) {
        auto& of_target = open_by_target_[asking.wanted];
        const bool target_full = limits_.per_host != 0 && of_target >= limits_.per_host;
        if (target_full || (open_ >= limits_.total && !evict_oldest())) {
            if (of_target == 0) {
                open_by_target_.erase(asking.wanted);
            }
            return false;
        }
        ++open_;
        ++open_by_target_[asking.wanted];
    }
    asking.granted = true;
    return true;
}

// The one that was used last: it is the least likely to have been closed by the server.
bool connection_pool::take_idle(waiter& asking) {
    const auto found = std::find_if(idle_.rbegin(), idle_.rend(), [&](const auto& candidate) {
        return candidate->where == asking.wanted;
    });
    if (found == idle_.rend()) {
        return false;
    }
    asking.connection = *found;
    idle_.erase(std::next(found).base());
    asking.connection->idle = false;
    asking.connection->watcher.cancel("the connection is used again");
    return true;
}

bool connection_pool::evict_oldest() {
    if (idle_.empty()) {
        return false;
    }
    const auto oldest = idle_.front();
    oldest->stream->close();  // ends the watcher's reading
    leave(*oldest);
    return true;
}

bool connection_pool::others_wait_for(const net::target& wanted) const noexcept {
    return std::ranges::any_of(waiters_,
                               [&](const auto* waiting) { return waiting->wanted == wanted; });
}

void connection_pool::wait(waiter& asking) {
    const auto position = waiters_.insert(waiters_.end(), &asking);
    try {
        asking.served.wait();
    } catch (...) {
        if (asking.granted) {
            lease passed_on(shared_from_this(), asking.wanted);
            passed_on.connection = std::move(asking.connection);
        } else if (!closed_) {
            waiters_.erase(position);
        }
        throw;
    }
    if (!asking.granted) {
        throw error(errc::session_closed, "http session", stage::connect);
    }
}

void connection_pool::serve_waiters() {
    for (auto next = waiters_.begin(); next != waiters_.end();) {
        if (open_ >= limits_.total && idle_.empty()) {
            return;  // nobody can be served
        }
        auto& asking = **next;
        if (try_grant(asking)) {
            next = waiters_.erase(next);
            asking.served.set();
        } else {
            ++next;
        }
    }
}

void connection_pool::watch(const std::shared_ptr<client_connection>& added) {
    added->watcher = spawn(
        // It may begin when the pool is gone: only an idle connection has one.
        [this, watched = added, keep_alive = limits_.keep_alive] {
            wait_for_end(*watched->stream, keep_alive);
            watched->unusable = true;
            if (watched->idle) {
                watched->stream->close();
                leave(*watched);
            }
        },
        {.name = "http idle watch"});
}

// Takes an idle connection out for good. Its watcher may still run, but no longer comes here.
void connection_pool::leave(client_connection& ended) noexcept {
    ended.idle = false;
    ended.watcher.detach();
    const auto where = ended.where;
    idle_.remove_if([&](const auto& each) { return each.get() == &ended; });
    free_place(where);
}

void connection_pool::give_back(const net::target& where,
                                const std::shared_ptr<client_connection>& connection) {
    connection->reused = true;
    connection->where = where;
    const auto next = std::ranges::find_if(
        waiters_, [&](const auto* waiting) { return waiting->wanted == where; });
    if (next != waiters_.end()) {
        auto& asking = **next;
        waiters_.erase(next);
        asking.connection = connection;
        asking.granted = true;
        asking.served.set();
        return;
    }
    idle_.push_back(connection);
    try {
        watch(connection);
    } catch (...) {
        idle_.pop_back();
        throw;
    }
    connection->idle = true;
    serve_waiters();  // another target's waiter may take the place
}

void connection_pool::free_place(const net::target& where) noexcept {
    --open_;
    if (const auto counted = open_by_target_.find(where); --counted->second == 0) {
        open_by_target_.erase(counted);
    }
    serve_waiters();
}

connection_pool::lease::~lease() {
    if (pool_) {
        if (connection) {
            connection->stream->close();
            if (connection->watcher.valid()) {
                connection->watcher.detach();  // else it would be joined, maybe by itself
            }
        }
        pool_->free_place(where_);
    }
}

void connection_pool::lease::give_back() {
    if (pool_->closed_) {
        return;  // the destructor closes it
    }
    try {
        pool_->give_back(where_, connection);
    } catch (const std::exception&) {
        return;  // no fiber to watch it with: the destructor closes it
    }
    connection = nullptr;
    pool_ = nullptr;
}

}  // namespace weft::http
