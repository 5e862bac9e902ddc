// SPDX-License-Identifier: BSL-1.0

#include "interpose/differential/case.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

extern "C" {
int __poll(pollfd* asked, nfds_t count, int limit);
int __poll_chk(pollfd* asked, nfds_t count, int limit, size_t room);
int __ppoll_chk(pollfd* asked, nfds_t count, const timespec* limit, const sigset_t* mask,
                size_t room);
int __select(int count, fd_set* read, fd_set* write, fd_set* except, timeval* limit);
}

namespace weft::test {
namespace {

using pollfds = std::vector<pollfd>;

/// One way to wait, brought into the form of poll().
struct waiter {
    const char* name;
    int (*call)(pollfds& asked, int milliseconds);
    bool is_select;
    bool is_epoll;
};

timespec as_timespec(int milliseconds) {
    return {milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
}

int call_ppoll(pollfds& asked, int milliseconds) {
    const timespec limit = as_timespec(milliseconds);
    return ::ppoll(asked.data(), asked.size(), milliseconds < 0 ? nullptr : &limit, nullptr);
}

/// ppoll() that waits with another mask than the thread's.
int call_ppoll_with_mask(pollfds& asked, int milliseconds) {
    const timespec limit = as_timespec(milliseconds);
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    ::sigaddset(&mask, SIGUSR2);
    return ::ppoll(asked.data(), asked.size(), milliseconds < 0 ? nullptr : &limit, &mask);
}

int call_ppoll_chk(pollfds& asked, int milliseconds) {
    const timespec limit = as_timespec(milliseconds);
    return ::__ppoll_chk(asked.data(), asked.size(), milliseconds < 0 ? nullptr : &limit, nullptr,
                         asked.size() * sizeof(pollfd));
}

/// Through the sets of select(), and back into revents.
template <class Select>
int by_select(pollfds& asked, Select call) {
    std::array<fd_set, 3> sets{};
    const std::array<short, 3> events{POLLIN, POLLOUT, POLLPRI};
    int count = 0;
    for (const pollfd& each : asked) {
        for (std::size_t i = 0; i < sets.size(); ++i) {
            if (each.fd >= 0 && (each.events & events[i]) != 0) {
                FD_SET(each.fd, &sets[i]);
                count = std::max(count, each.fd + 1);
            }
        }
    }
    const int ready = call(count, &sets[0], &sets[1], &sets[2]);
    for (pollfd& each : asked) {
        for (std::size_t i = 0; i < sets.size(); ++i) {
            if (each.fd >= 0 && FD_ISSET(each.fd, &sets[i])) {
                each.revents = static_cast<short>(each.revents | events[i]);
            }
        }
    }
    return ready;
}

template <auto function>
int call_select(pollfds& asked, int milliseconds) {
    timeval limit{milliseconds / 1000, milliseconds % 1000 * 1000};
    return by_select(asked, [&](int count, fd_set* read, fd_set* write, fd_set* except) {
        return function(count, read, write, except, milliseconds < 0 ? nullptr : &limit);
    });
}

int call_pselect(pollfds& asked, int milliseconds) {
    const timespec limit = as_timespec(milliseconds);
    return by_select(asked, [&](int count, fd_set* read, fd_set* write, fd_set* except) {
        return ::pselect(count, read, write, except, milliseconds < 0 ? nullptr : &limit, nullptr);
    });
}

/// Through an epoll instance, and back into revents.
template <class Wait>
int by_epoll(pollfds& asked, Wait call) {
    const unique_fd set(::epoll_create1(EPOLL_CLOEXEC));
    for (std::size_t i = 0; i < asked.size(); ++i) {
        epoll_event wanted{static_cast<unsigned short>(asked[i].events), {.u64 = i}};
        ::epoll_ctl(set.get(), EPOLL_CTL_ADD, asked[i].fd, &wanted);
    }
    std::array<epoll_event, 8> events{};
    const int ready = call(set.get(), events.data(), static_cast<int>(events.size()));
    for (int i = 0; i < ready; ++i) {
        const epoll_event& happened = events[static_cast<std::size_t>(i)];
        asked[happened.data.u64].revents = static_cast<short>(happened.events);
    }
    return ready;
}

int call_epoll_wait(pollfds& asked, int milliseconds) {
    return by_epoll(asked, [&](int set, epoll_event* events, int room) {
        return ::epoll_wait(set, events, room, milliseconds);
    });
}

int call_epoll_pwait(pollfds& asked, int milliseconds) {
    return by_epoll(asked, [&](int set, epoll_event* events, int room) {
        return ::epoll_pwait(set, events, room, milliseconds, nullptr);
    });
}

int call_epoll_pwait2(pollfds& asked, int milliseconds) {
    const timespec limit = as_timespec(milliseconds);
    return by_epoll(asked, [&](int set, epoll_event* events, int room) {
        return ::epoll_pwait2(set, events, room, milliseconds < 0 ? nullptr : &limit, nullptr);
    });
}

const std::vector<waiter>& waiters() {
    static const std::vector<waiter> all{
        {"poll", [](pollfds& p, int limit) { return ::poll(p.data(), p.size(), limit); }, false,
         false},
        {"__poll", [](pollfds& p, int limit) { return ::__poll(p.data(), p.size(), limit); }, false,
         false},
        {"__poll_chk",
         [](pollfds& p, int limit) {
             return ::__poll_chk(p.data(), p.size(), limit, p.size() * sizeof(pollfd));
         },
         false, false},
        {"ppoll", call_ppoll, false, false},
        {"ppoll with a mask", call_ppoll_with_mask, false, false},
        {"__ppoll_chk", call_ppoll_chk, false, false},
        {"select", call_select<&::select>, true, false},
        {"__select", call_select<&::__select>, true, false},
        {"pselect", call_pselect, true, false},
        {"epoll_wait", call_epoll_wait, false, true},
        {"epoll_pwait", call_epoll_pwait, false, true},
        {"epoll_pwait2", call_epoll_pwait2, false, true},
    };
    return all;
}

void wait_and_note(session& with, const waiter& function, pollfds asked, int milliseconds) {
    with.note("wait", function.call(asked, milliseconds));
    for (const pollfd& each : asked) {
        with.note_text("revents", std::to_string(each.revents));
    }
}

bool fits_all(const waiter&, const channel_kind&) {
    return true;
}

void add_common(std::vector<differential_case>& to, const waiter& function) {
    const auto add = [&](const char* situation, auto body) {
        add_for_kinds(to, function, situation, fits_all, body);
    };
    add("readable", [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        static_cast<void>(::write(ends.write.get(), "x", 1));
        wait_and_note(with, f, {{ends.read.get(), POLLIN, 0}}, -1);
    });
    add("readable later", [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        with.meanwhile([fd = ::dup(ends.write.get())] {
            static_cast<void>(::write(fd, "x", 1));
            ::close(fd);
        });
        wait_and_note(with, f, {{ends.read.get(), POLLIN, 0}}, -1);
    });
    add("writable", [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        wait_and_note(with, f, {{ends.write.get(), POLLOUT, 0}}, 1000);
    });
    add("nothing within the limit", [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        wait_and_note(with, f, {{ends.read.get(), POLLIN, 0}}, 10);
    });
    add("nothing, limit 0", [](session& with, auto& f, auto& kind) {
        const auto ends = kind.make();
        wait_and_note(with, f, {{ends.read.get(), POLLIN, 0}}, 0);
    });
    add("one of two later", [](session& with, auto& f, auto& kind) {
        const auto first = kind.make();
        const auto second = kind.make();
        with.meanwhile([fd = ::dup(second.write.get())] {
            static_cast<void>(::write(fd, "x", 1));
            ::close(fd);
        });
        wait_and_note(with, f, {{first.read.get(), POLLIN, 0}, {second.read.get(), POLLIN, 0}}, -1);
    });
    add("two, nothing within the limit", [](session& with, auto& f, auto& kind) {
        const auto first = kind.make();
        const auto second = kind.make();
        wait_and_note(with, f, {{first.read.get(), POLLIN, 0}, {second.read.get(), POLLIN, 0}}, 10);
    });
    add_for_kinds(
        to, function, "the other end closes",
        [](const waiter&, const channel_kind& kind) { return kind.is_stream; },
        [](session& with, auto& f, auto& kind) {
            auto ends = kind.make();
            with.meanwhile([fd = ends.write.release()] { ::close(fd); });
            wait_and_note(with, f, {{ends.read.get(), POLLIN, 0}}, -1);
        });
    to.push_back({function.name, "nothing to wait for",
                  [f = function](session& with) { wait_and_note(with, f, {}, 10); }});
}

void add_for_poll(std::vector<differential_case>& to, const waiter& function) {
    const auto add = [&](const char* situation, auto body) {
        to.push_back({function.name, situation, [=, f = function](session& with) {
                          body(with, f, channel_kinds()[1].make());
                      }});
    };
    add("a negative descriptor", [](session& with, auto& f, const channel_ends& ends) {
        wait_and_note(with, f, {{-1, POLLIN, 0}, {ends.read.get(), POLLIN, 0}}, 10);
    });
    add("only negative ones", [](session& with, auto& f, const channel_ends&) {
        wait_and_note(with, f, {{-1, POLLIN, 0}}, 10);
    });
    add("a closed descriptor", [](session& with, auto& f, const channel_ends& ends) {
        wait_and_note(with, f, {{1023, POLLIN, 0}, {ends.read.get(), POLLIN, 0}}, -1);
    });
    add("the same twice", [](session& with, auto& f, const channel_ends& ends) {
        with.meanwhile([fd = ::dup(ends.write.get())] {
            static_cast<void>(::write(fd, "x", 1));
            ::close(fd);
        });
        wait_and_note(with, f,
                      {{ends.read.get(), POLLIN, 0}, {ends.read.get(), POLLIN | POLLPRI, 0}}, -1);
    });
    add("both directions", [](session& with, auto& f, const channel_ends& ends) {
        wait_and_note(with, f, {{ends.read.get(), POLLIN | POLLOUT, 0}}, -1);
    });
    add("POLLRDHUP", [](session& with, auto& f, const channel_ends& ends) {
        with.meanwhile([fd = ::dup(ends.write.get())] {
            ::shutdown(fd, SHUT_WR);
            ::close(fd);
        });
        wait_and_note(with, f, {{ends.read.get(), POLLIN | POLLRDHUP, 0}}, -1);
    });
    add("no events", [](session& with, auto& f, const channel_ends& ends) {
        wait_and_note(with, f, {{ends.read.get(), 0, 0}}, 10);
    });
    add("a file of a disk", [](session& with, auto& f, const channel_ends& ends) {
        const unique_fd file(::memfd_create("file", MFD_CLOEXEC));
        wait_and_note(with, f, {{file.get(), POLLIN, 0}, {ends.read.get(), POLLIN, 0}}, -1);
    });
}

}  // namespace

std::vector<differential_case> waiting_cases() {
    std::vector<differential_case> all;
    for (const waiter& function : waiters()) {
        add_common(all, function);
        if (!function.is_select && !function.is_epoll) {
            add_for_poll(all, function);
        }
    }
    return all;
}

}  // namespace weft::test
