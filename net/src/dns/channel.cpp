// SPDX-License-Identifier: BSL-1.0
#include "dns/channel.hpp"

#include "dns/reply.hpp"
#include "dns/sockets.hpp"
#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/net/error.hpp>
#include <weft/task.hpp>

#include <ares_nameser.h>
#include <sys/epoll.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <limits>
#include <new>
#include <utility>

namespace weft::net::dns {

namespace {

std::error_code code_of(int status) noexcept {
    switch (status) {
        case ARES_ENOTFOUND: return errc::name_not_found;
        case ARES_ENODATA: return errc::no_address;
        case ARES_EBADNAME: return errc::invalid_name;
        case ARES_ETIMEOUT: return errc::resolver_timeout;
        case ARES_ENOMEM: return std::make_error_code(std::errc::not_enough_memory);
        case ARES_ECANCELLED:
        case ARES_EDESTRUCTION: return std::make_error_code(std::errc::operation_canceled);
        default: return errc::resolver_failure;
    }
}

void require_success(int status, const char* operation) {
    if (status != ARES_SUCCESS) {
        throw error(code_of(status),
                    std::string("resolver: ") + operation + ": " + ares_strerror(status));
    }
}

void require_library() {
    static const int status = ares_library_init(ARES_LIB_INIT_ALL);
    require_success(status, "c-ares");
}

/// A list of servers as c-ares reads it.
std::string server_list(const std::vector<std::string>& servers) {
    std::string list;
    for (const auto& server : servers) {
        list += (list.empty() ? "" : ",") + address::parse_endpoint(server, 53).to_string();
    }
    return list;
}

int in_milliseconds(std::chrono::milliseconds timeout) {
    using std::chrono::milliseconds;
    return static_cast<int>(
        std::min(timeout, milliseconds(std::numeric_limits<int>::max())).count());
}

}  // namespace

/// A question that c-ares has; the argument of its callback.
struct channel::pending {
    channel& asker;
    question asked;
    completion done;
};

/// Ends the pump, whatever ended its loop: nothing stays pending without it.
struct channel::pump_guard {
    explicit pump_guard(channel& pumped) : guarded(pumped) {}
    pump_guard(const pump_guard&) = delete;
    pump_guard& operator=(const pump_guard&) = delete;
    ~pump_guard() {
        guarded.pumping_ = false;
        if (guarded.handle_ != nullptr) {
            ares_cancel(guarded.handle_);
            io::forget(guarded.poller_.get());
        }
    }

    channel& guarded;
};

channel::channel(const resolver_options& options) : poller_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!poller_) {
        throw_errno("resolver: epoll_create1");
    }
    if (options.tries < 1 || options.timeout < std::chrono::milliseconds(1)) {
        throw error(std::make_error_code(std::errc::invalid_argument),
                    "resolver: tries and timeout");
    }
    try {
        configure(options);
        read_configuration(options);
    } catch (...) {
        shut_down();
        throw;
    }
}

void channel::configure(const resolver_options& options) {
    require_library();
    const auto servers = server_list(options.servers);
    ares_options chosen{};
    chosen.timeout = in_milliseconds(options.timeout);
    chosen.tries = options.tries;
    chosen.sock_state_cb = &channel::watch;
    chosen.sock_state_cb_data = this;
    require_success(ares_init_options(&handle_, &chosen,
                                      ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB),
                    "initialization");
    ares_set_socket_functions(handle_, &socket_functions(), this);
    if (!servers.empty()) {
        require_success(ares_set_servers_ports_csv(handle_, servers.c_str()), "servers");
    }
}

void channel::read_configuration(const resolver_options& options) {
    ares_options found{};
    int known = 0;
    if (ares_save_options(handle_, &found, &known) == ARES_SUCCESS) {
        ndots_ = found.ndots;
        for (int i = 0; i < found.ndomains; ++i) {
            domains_.emplace_back(found.domains[i]);
        }
        ares_destroy_options(&found);
    }
    domains_ = options.search.value_or(domains_);
    ndots_ = options.ndots.value_or(ndots_);
}

void channel::ask(const question& asked, completion done) {
    if (handle_ == nullptr) {
        done({.failure = code_of(ARES_EDESTRUCTION)});
        return;
    }
    auto argument = std::make_unique<pending>(pending{*this, asked, std::move(done)});
    start_pump();
    ++pending_;
    ares_query(handle_, asked.name.c_str(), C_IN, asked.wanted == family::v6 ? T_AAAA : T_A,
               &channel::answered, argument.release());
    if (waiting_ != nullptr) {
        waiting_->set_deadline(next_timeout());
    }
}

void channel::answered(void* argument, int status, int, unsigned char* message, int size) {
    const std::unique_ptr<pending> ended(static_cast<pending*>(argument));
    --ended->asker.pending_;
    answer found;
    try {
        if (message != nullptr) {
            found = read_reply({message, static_cast<std::size_t>(size)}, ended->asked);
        } else {
            found.failure = code_of(status);
        }
    } catch (const std::bad_alloc&) {
        found = {.failure = code_of(ARES_ENOMEM)};
    }
    ended->done(std::move(found));
}

void channel::watch(void* self, ares_socket_t fd, int readable, int writable) {
    const int poller = static_cast<channel*>(self)->poller_.get();
    epoll_event wanted{};
    wanted.events = (readable != 0 ? EPOLLIN : 0U) | (writable != 0 ? EPOLLOUT : 0U);
    wanted.data.fd = fd;
    // A failure cannot be reported from here; the question then ends by its timeout.
    if (wanted.events == 0) {
        (void)::epoll_ctl(poller, EPOLL_CTL_DEL, fd, nullptr);
    } else if (::epoll_ctl(poller, EPOLL_CTL_MOD, fd, &wanted) != 0 && errno == ENOENT) {
        (void)::epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
    }
}

void channel::start_pump() {
    if (!pumping_) {
        // Detached: a lookup belongs to no single one of those who wait for it.
        spawn([self = shared_from_this()] { self->pump(); }, {.name = "dns"}).detach();
        pumping_ = true;
    }
}

void channel::pump() {
    const pump_guard guard(*this);
    try {
        while (handle_ != nullptr && pending_ > 0) {
            wait_for_sockets();
            process();
        }
    } catch (const io_error&) {
        // shut_down() has closed the poller, or waiting is impossible: the guard completes what
        // is pending.
        return;
    }
}

void channel::wait_for_sockets() {
    cancel_scope until(next_timeout());
    waiting_ = &until;
    try {
        until.run([this] { io::wait_readable(poller_.get()); });
    } catch (...) {
        waiting_ = nullptr;
        throw;
    }
    waiting_ = nullptr;
}

void channel::process() {
    std::array<epoll_event, 16> ready{};
    if (handle_ == nullptr) {
        return;
    }
    const int count = ::epoll_wait(poller_.get(), ready.data(), static_cast<int>(ready.size()), 0);
    for (int i = 0; i < count; ++i) {
        const auto& each = ready[static_cast<std::size_t>(i)];
        const bool readable = (each.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
        const bool writable = (each.events & EPOLLOUT) != 0;
        ares_process_fd(handle_, readable ? each.data.fd : ARES_SOCKET_BAD,
                        writable ? each.data.fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(handle_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // what has timed out
}

clock::time_point channel::next_timeout() const {
    timeval left{};
    if (ares_timeout(handle_, nullptr, &left) == nullptr) {
        return never;
    }
    // One millisecond more: c-ares compares with its own clock, and too early would be in vain.
    return deadline_after(std::chrono::seconds(left.tv_sec) +
                          std::chrono::microseconds(left.tv_usec) + std::chrono::milliseconds(1));
}

void channel::shut_down() noexcept {
    if (handle_ != nullptr) {
        ares_destroy(std::exchange(handle_, nullptr));
        poller_.reset();
    }
}

}  // namespace weft::net::dns
