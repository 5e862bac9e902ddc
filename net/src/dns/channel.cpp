// SPDX-License-Identifier: BSL-1.0
#include "dns/channel.hpp"

#include "dns/reply.hpp"
#include "dns/sockets.hpp"
#include "socket.hpp"

#include <weft/io.hpp>
#include <weft/net/error.hpp>
#include <weft/socket_calls.hpp>
#include <weft/task.hpp>

#include <ares_nameser.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace weft::net::dns {

/// A question that c-ares has; the argument of its callback.
struct channel::held {
    channel& asker;
    std::shared_ptr<attempt> made;
};

/// Ends the pump, whatever ended its loop: nothing stays under way without it.
struct channel::pump_guard {
    explicit pump_guard(channel& pumped) : guarded(pumped) {}
    pump_guard(const pump_guard&) = delete;
    pump_guard& operator=(const pump_guard&) = delete;
    ~pump_guard() {
        guarded.pumping_ = false;
        if (guarded.handle_) {
            ares_cancel(guarded.handle_.get());
            io::forget(guarded.poller_.get());
        }
    }

    channel& guarded;
};

channel::channel(const address& server, std::chrono::milliseconds longest)
    : poller_(io::socket_calls_here().epoll_create()) {
    if (!poller_) {
        throw_errno("resolver: epoll_create1");
    }
    require_library();
    ares_options chosen{};
    chosen.timeout = static_cast<int>(longest.count());
    chosen.tries = 1;
    chosen.sock_state_cb = &channel::watch;
    chosen.sock_state_cb_data = this;
    chosen.flags = ARES_FLAG_NOCHECKRESP;  // name_servers decides whether to ask another one
    int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB;
#if defined(ARES_OPT_QUERY_CACHE)  // newer versions; the resolver has a cache, with bounds
    chosen.qcache_max_ttl = 0;
    given |= ARES_OPT_QUERY_CACHE;
#endif
    ares_channel opened = nullptr;
    require_success(ares_init_options(&opened, &chosen, given), "initialization");
    handle_.reset(opened);
    ares_set_socket_functions(opened, &socket_functions(), this);
    require_success(ares_set_servers_ports_csv(opened, server.to_string().c_str()), "server");
}

void channel::ask(const std::shared_ptr<attempt>& made) {
    if (!handle_) {
        end(*made, {.failure = code_of(ARES_EDESTRUCTION)});
        return;
    }
    auto argument = std::make_unique<held>(held{*this, made});
    start_pump();
    made->under_way = true;
    ++waited_for_;
    const auto& asked = made->asked;
    const int type = asked.wanted == family::v6 ? T_AAAA : T_A;
    ares_query(handle_.get(), asked.name.c_str(), C_IN, asked.raw_type != 0 ? asked.raw_type : type,
               &channel::answered, argument.release());
}

void channel::give_up(attempt& made) noexcept {
    if (std::exchange(made.under_way, false) && --waited_for_ == 0 && waiting_ != nullptr) {
        waiting_->cancel("nobody waits for an answer");
    }
}

void channel::answered(void* argument, int status, int, unsigned char* message, int size) {
    const std::unique_ptr<held> ended(static_cast<held*>(argument));
    auto& made = *ended->made;
    if (!std::exchange(made.under_way, false)) {
        return;  // it was given up
    }
    --ended->asker.waited_for_;
    answer found;
    try {
        if (message != nullptr) {
            const std::span<const unsigned char> whole(message, static_cast<std::size_t>(size));
            found = made.asked.raw_type != 0 ? keep_message(whole) : read_reply(whole, made.asked);
        } else {
            found.failure = code_of(status);
        }
    } catch (const std::bad_alloc&) {
        found = {.failure = code_of(ARES_ENOMEM)};
    }
    end(made, std::move(found));
}

void channel::end(attempt& made, answer found) {
    made.reply = std::move(found);
    made.ended.set();
}

void channel::watch(void* self, ares_socket_t fd, int readable, int writable) {
    const int poller = static_cast<channel*>(self)->poller_.get();
    auto& calls = io::socket_calls_here();
    epoll_event wanted{};
    wanted.events = (readable != 0 ? EPOLLIN : 0U) | (writable != 0 ? EPOLLOUT : 0U);
    wanted.data.fd = fd;
    // A failure cannot be reported from here; the question then ends by its timeout.
    if (wanted.events == 0) {
        (void)calls.epoll_ctl(poller, EPOLL_CTL_DEL, fd, nullptr);
    } else if (calls.epoll_ctl(poller, EPOLL_CTL_MOD, fd, &wanted) != 0 && errno == ENOENT) {
        (void)calls.epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
    }
}

void channel::start_pump() {
    if (!pumping_) {
        spawn([self = shared_from_this()] { self->pump(); }, {.name = "dns"}).detach();
        pumping_ = true;
    }
}

void channel::pump() {
    const pump_guard guard(*this);
    try {
        while (handle_ && waited_for_ > 0) {
            wait_for_sockets();
            process();
        }
    } catch (const io_error&) {
        // shut_down() has closed the poller, or waiting is impossible: the guard completes what
        // is under way.
        return;
    }
}

void channel::wait_for_sockets() {
    cancel_scope wait;
    waiting_ = &wait;
    struct no_longer {
        channel& waiter;
        ~no_longer() { waiter.waiting_ = nullptr; }
    } at_end{*this};
    wait.run([this] { io::wait_readable(poller_.get()); });
}

void channel::process() {
    std::array<epoll_event, 16> ready{};
    if (!handle_) {
        return;
    }
    const int count = io::socket_calls_here().epoll_take(poller_.get(), ready.data(),
                                                         static_cast<int>(ready.size()));
    for (int i = 0; i < count; ++i) {
        const auto& each = ready[static_cast<std::size_t>(i)];
        const bool readable = (each.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0;
        const bool writable = (each.events & EPOLLOUT) != 0;
        ares_process_fd(handle_.get(), readable ? each.data.fd : ARES_SOCKET_BAD,
                        writable ? each.data.fd : ARES_SOCKET_BAD);
    }
    // Drops what was given up long ago.
    ares_process_fd(handle_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

void channel::shut_down() noexcept {
    // First empty, then destroyed: the callbacks of the destruction find no handle.
    const auto ended = std::exchange(handle_, {});
    poller_.reset();
}

}  // namespace weft::net::dns
