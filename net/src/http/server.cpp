// SPDX-License-Identifier: BSL-1.0
#include <weft/http/server.hpp>

#include "http/server_connection.hpp"

#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/semaphore.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <algorithm>
#include <new>
#include <system_error>
#include <unordered_set>

namespace weft::http {

namespace {

constexpr auto pause_when_exhausted = std::chrono::milliseconds(100);

bool is_exhaustion(const std::error_code& code) {
    return code == std::errc::too_many_files_open ||
           code == std::errc::too_many_files_open_in_system || code == std::errc::no_buffer_space ||
           code == std::errc::not_enough_memory ||
           code == std::errc::resource_unavailable_try_again;
}

}  // namespace

class server::implementation {
public:
    implementation(handler answer, server_options options)
        : handler_(std::move(answer)),
          options_(std::move(options)),
          times_(options_),
          places_(static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, options_.max_connections))) {
    }

    void serve(const accept_function& accept) {
        std::exception_ptr failure;
        with_task_group([&](task_group& group) {
            group.spawn([this] { tick_all(); }, {.name = "http server clock"});
            try {
                accepting_.run([&] { accept_all(accept, group); });
                draining_.run([&] { wait_until_drained(); });
            } catch (const std::exception&) {
                failure = std::current_exception();
            }
            group.cancel("server stopped");
        });
        if (failure) {
            std::rethrow_exception(failure);
        }
    }

    void stop(clock::duration grace) {
        stopping_ = true;
        draining_.set_deadline(deadline_after(grace));
        accepting_.cancel("server stopped");
        for (auto* each : open_) {
            each->stop();
        }
    }

    [[nodiscard]] std::size_t connections() const noexcept { return open_.size(); }

    [[nodiscard]] std::uint64_t requests() const noexcept {
        std::uint64_t sum = finished_requests_;
        for (const auto* each : open_) {
            sum += each->requests();
        }
        return sum;
    }

private:
    void tick_all() {
        for (;;) {
            occupied_.wait();
            this_fiber::sleep_for(times_.tick);
            for (auto* each : open_) {
                each->tick();
            }
        }
    }

    void accept_all(const accept_function& accept, task_group& group) {
        for (;;) {
            places_.acquire();
            if (!accept_one(accept, group)) {
                places_.release();
                this_fiber::sleep_for(pause_when_exhausted);
            }
        }
    }

    // Returns false if descriptors, stacks or memory have run out.
    bool accept_one(const accept_function& accept, task_group& group) {
        try {
            group.spawn([this, peer = accept()] { serve_one(*peer); }, {.name = "http connection"});
            return true;
        } catch (const std::bad_alloc&) {
            return false;
        } catch (const std::system_error& failure) {
            if (!is_exhaustion(failure.code())) {
                throw;
            }
            return false;
        }
    }

    void serve_one(net::stream& peer) {
        struct place {
            implementation& server;
            ~place() { server.leave(); }
        } taken{*this};
        server_connection connection(peer, handler_, options_, times_);
        try {
            open_.insert(&connection);
            occupied_.set();
        } catch (const std::bad_alloc&) {
            return;  // this connection ends, the others go on
        }
        struct registration {
            implementation& server;
            server_connection& connection;
            ~registration() { server.forget(connection); }
        } registered{*this, connection};
        if (stopping_) {
            connection.stop();
        }
        connection.run();
    }

    void forget(server_connection& connection) noexcept {
        finished_requests_ += connection.requests();
        open_.erase(&connection);
        if (open_.empty()) {
            occupied_.clear();
        }
    }

    void leave() noexcept {
        places_.release();
        if (open_.empty()) {
            drained_.set();
        }
    }

    void wait_until_drained() {
        while (!open_.empty()) {
            drained_.clear();
            drained_.wait();
        }
    }

    handler handler_;
    server_options options_;
    tick_limits times_;
    counting_semaphore places_;
    std::unordered_set<server_connection*> open_;
    std::uint64_t finished_requests_ = 0;  // of connections that have ended
    event drained_;
    event occupied_;  // set while there are connections
    cancel_scope accepting_;
    cancel_scope draining_;
    bool stopping_ = false;
};

void serve_connection(net::stream& connection, const handler& answer,
                      const server_options& options) {
    const tick_limits times(options);
    server_connection served(connection, answer, options, times);
    const auto ticking = spawn(
        [&] {
            for (;;) {
                this_fiber::sleep_for(times.tick);
                served.tick();
            }
        },
        {.name = "http connection clock"});
    served.run();
}

server::server(handler answer, server_options options)
    : self_(std::make_unique<implementation>(std::move(answer), std::move(options))) {}

server::~server() = default;

void server::serve(const accept_function& accept) {
    self_->serve(accept);
}

void server::stop(clock::duration grace) {
    self_->stop(grace);
}

std::size_t server::connections() const noexcept {
    return self_->connections();
}

std::uint64_t server::requests() const noexcept {
    return self_->requests();
}

}  // namespace weft::http
