// SPDX-License-Identifier: BSL-1.0
#include "real.hpp"

#include <dlfcn.h>
#include <sys/syscall.h>

#include <cstdlib>
#include <cstring>

namespace weft::interpose {

namespace {

template <class Result, class... Arguments>
using function_pointer = Result (*)(Arguments...);

/// What a pointer of the table is at first where the kernel takes the same arguments as libc: code
/// that runs before any constructor, such as a replaced malloc(), may use these.
template <long number>
struct system_call {
    template <class Result, class... Arguments>
    constexpr operator function_pointer<Result, Arguments...>() const {
        return +[](Arguments... given) -> Result {
            return static_cast<Result>(::syscall(number, given...));
        };
    }
};

/// What the others are at first.
template <auto member>
struct looked_up_first {
    template <class Result, class... Arguments>
    constexpr operator function_pointer<Result, Arguments...>() const {
        return +[](Arguments... given) -> Result {
            look_up_real_functions();
            return (real.*member)(given...);
        };
    }
};

[[noreturn]] void end_without(const char* name) noexcept {
    const auto say = [](const char* text) {
        static_cast<void>(::syscall(SYS_write, STDERR_FILENO, text, std::strlen(text)));
    };
    say("weft: this libc lacks ");
    say(name);
    say("\n");
    std::abort();
}

/// \param version  of the symbol, where libc has several: dlsym(RTLD_NEXT) may give the oldest.
template <class Pointer>
void look_up(Pointer& into, const char* name, const char* version = nullptr) noexcept {
    void* found = version != nullptr ? ::dlvsym(RTLD_NEXT, name, version) : nullptr;
    if (found == nullptr) {
        found = ::dlsym(RTLD_NEXT, name);
    }
    if (found == nullptr) {
        end_without(name);
    }
    into = reinterpret_cast<Pointer>(found);
}

void look_up_transfers() noexcept {
    look_up(real.read, "read");
    look_up(real.readv, "readv");
    look_up(real.preadv2, "preadv2");
    look_up(real.recv, "recv");
    look_up(real.recvfrom, "recvfrom");
    look_up(real.recvmsg, "recvmsg");
    look_up(real.recvmmsg, "recvmmsg");
    look_up(real.write, "write");
    look_up(real.writev, "writev");
    look_up(real.pwritev2, "pwritev2");
    look_up(real.send, "send");
    look_up(real.sendto, "sendto");
    look_up(real.sendmsg, "sendmsg");
    look_up(real.sendmmsg, "sendmmsg");
    look_up(real.connect, "connect");
    look_up(real.accept, "accept");
    look_up(real.accept4, "accept4");
    look_up(real.close, "close");
    look_up(real.dup2, "dup2");
    look_up(real.dup3, "dup3");
}

void look_up_waits() noexcept {
    look_up(real.poll, "poll");
    look_up(real.ppoll, "ppoll");
    look_up(real.select, "select");
    look_up(real.pselect, "pselect");
    look_up(real.epoll_wait, "epoll_wait");
    look_up(real.epoll_pwait, "epoll_pwait");
    look_up(real.epoll_pwait2, "epoll_pwait2");
    look_up(real.sleep, "sleep");
    look_up(real.usleep, "usleep");
    look_up(real.nanosleep, "nanosleep");
    look_up(real.clock_nanosleep, "clock_nanosleep", "GLIBC_2.17");
    look_up(real.thrd_sleep, "thrd_sleep");
}

void look_up_the_rest() noexcept {
    look_up(real.getaddrinfo, "getaddrinfo");
    look_up(real.getnameinfo, "getnameinfo");
    look_up(real.gethostbyname, "gethostbyname");
    look_up(real.gethostbyname2, "gethostbyname2");
    look_up(real.gethostbyaddr, "gethostbyaddr");
    look_up(real.gethostbyname_r, "gethostbyname_r");
    look_up(real.gethostbyname2_r, "gethostbyname2_r");
    look_up(real.gethostbyaddr_r, "gethostbyaddr_r");
    look_up(real.wait4, "wait4");
    look_up(real.waitid, "waitid");
    look_up(real.system, "system");
    look_up(real.pclose, "pclose");
}

// Runs before the constructors of this library and of everything that is linked after it.
[[gnu::constructor(101)]] void look_up_at_start() {
    look_up_real_functions();
}

}  // namespace

constinit real_functions real = {
    .read = system_call<SYS_read>(),
    .readv = system_call<SYS_readv>(),
    .preadv2 = looked_up_first<&real_functions::preadv2>(),
    .recv = looked_up_first<&real_functions::recv>(),
    .recvfrom = system_call<SYS_recvfrom>(),
    .recvmsg = system_call<SYS_recvmsg>(),
    .recvmmsg = system_call<SYS_recvmmsg>(),
    .write = system_call<SYS_write>(),
    .writev = system_call<SYS_writev>(),
    .pwritev2 = looked_up_first<&real_functions::pwritev2>(),
    .send = looked_up_first<&real_functions::send>(),
    .sendto = system_call<SYS_sendto>(),
    .sendmsg = system_call<SYS_sendmsg>(),
    .sendmmsg = system_call<SYS_sendmmsg>(),
    .connect = system_call<SYS_connect>(),
    .accept = system_call<SYS_accept>(),
    .accept4 = system_call<SYS_accept4>(),
    .close = system_call<SYS_close>(),
    .dup2 = looked_up_first<&real_functions::dup2>(),
    .dup3 = system_call<SYS_dup3>(),
    .poll = looked_up_first<&real_functions::poll>(),
    .ppoll = looked_up_first<&real_functions::ppoll>(),
    .select = looked_up_first<&real_functions::select>(),
    .pselect = looked_up_first<&real_functions::pselect>(),
    .epoll_wait = looked_up_first<&real_functions::epoll_wait>(),
    .epoll_pwait = looked_up_first<&real_functions::epoll_pwait>(),
    .epoll_pwait2 = looked_up_first<&real_functions::epoll_pwait2>(),
    .sleep = looked_up_first<&real_functions::sleep>(),
    .usleep = looked_up_first<&real_functions::usleep>(),
    .nanosleep = system_call<SYS_nanosleep>(),
    .clock_nanosleep = looked_up_first<&real_functions::clock_nanosleep>(),
    .thrd_sleep = looked_up_first<&real_functions::thrd_sleep>(),
    .getaddrinfo = looked_up_first<&real_functions::getaddrinfo>(),
    .getnameinfo = looked_up_first<&real_functions::getnameinfo>(),
    .gethostbyname = looked_up_first<&real_functions::gethostbyname>(),
    .gethostbyname2 = looked_up_first<&real_functions::gethostbyname2>(),
    .gethostbyaddr = looked_up_first<&real_functions::gethostbyaddr>(),
    .gethostbyname_r = looked_up_first<&real_functions::gethostbyname_r>(),
    .gethostbyname2_r = looked_up_first<&real_functions::gethostbyname2_r>(),
    .gethostbyaddr_r = looked_up_first<&real_functions::gethostbyaddr_r>(),
    .wait4 = looked_up_first<&real_functions::wait4>(),
    .waitid = looked_up_first<&real_functions::waitid>(),
    .system = looked_up_first<&real_functions::system>(),
    .pclose = looked_up_first<&real_functions::pclose>(),
};

void look_up_real_functions() noexcept {
    look_up_transfers();
    look_up_waits();
    look_up_the_rest();
}

}  // namespace weft::interpose
