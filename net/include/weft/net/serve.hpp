// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/error.hpp>
#include <weft/net/error.hpp>
#include <weft/semaphore.hpp>
#include <weft/task_group.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::net {

/// What can be chosen for serve().
struct serve_options {
    /// Connections served at the same time; further ones wait in the listener's backlog.
    std::size_t max_connections = 65'536;
    /// Is told what a handler throws, and must not throw. If empty, the runtime's error handler
    /// is told.
    std::function<void(std::exception_ptr)> on_error;
};

namespace detail {

/// Passes a handler's failure on to whoever wants to know.
void report_handler_failure(const serve_options& options, std::exception_ptr failure);

/// One of the connections that may be open; given back when this is destroyed.
class connection_slot {
public:
    explicit connection_slot(counting_semaphore& slots) : taken_from_(&slots) { slots.acquire(); }
    connection_slot(connection_slot&& other) noexcept
        : taken_from_(std::exchange(other.taken_from_, nullptr)) {}
    connection_slot& operator=(connection_slot&&) = delete;
    ~connection_slot() {
        if (taken_from_ != nullptr) {
            taken_from_->release();
        }
    }

private:
    counting_semaphore* taken_from_;
};

/// The next connection; empty once the listener was closed.
template <class Listener>
auto accept_or_closed(Listener& listener) -> std::optional<decltype(listener.accept())> {
    try {
        return listener.accept();
    } catch (const error&) {
        if (listener.is_open()) {
            throw;
        }
        return std::nullopt;
    }
}

}  // namespace detail

/// Serves every connection of `listener` by `handler(connection)` in a fiber of its own, and
/// closes it afterwards.
///
/// A handler that throws ends its own connection only. Closing the listener ends serve() as soon
/// as the connections have ended.
/// Blocks:       until the listener is closed and the last connection has ended.
/// Cancellation: cancels all handlers, waits for them and throws cancelled.
/// \throws net::error  in an exception_group, if no connection can be taken any more.
template <class Listener, class Handler>
void serve(Listener& listener, Handler handler, serve_options options = {}) {
    counting_semaphore slots(static_cast<std::ptrdiff_t>(options.max_connections));
    with_task_group([&](task_group& connections) {
        for (;;) {
            detail::connection_slot slot(slots);
            auto accepted = detail::accept_or_closed(listener);
            if (!accepted) {
                return;
            }
            connections.spawn([&handler, &options, slot = std::move(slot),
                               connection = std::move(accepted)]() mutable {
                try {
                    handler(*connection);
                } catch (const cancelled&) {
                    throw;
                } catch (...) {
                    detail::report_handler_failure(options, std::current_exception());
                }
            });
        }
    });
}

}  // namespace weft::net
