// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// The functions of libc behind this layer: the one table through which it, and all of weft that
/// is linked into it, reaches them.

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

namespace weft::interpose {

namespace detail {

template <class Function>
struct without_noexcept;
template <class Result, class... Arguments>
struct without_noexcept<Result (*)(Arguments...)> {
    using type = Result (*)(Arguments...);
};
template <class Result, class... Arguments>
struct without_noexcept<Result (*)(Arguments...) noexcept> {
    using type = Result (*)(Arguments...);
};

}  // namespace detail

/// The type of a pointer to a function of libc.
template <auto function>
using pointer_to = typename detail::without_noexcept<decltype(function)>::type;

/// Invariants:
/// 1. Every pointer can be called at any time, also before the constructors of this library: it
///    then makes the system call itself, or looks the functions up.
/// 2. Once looked up the table never changes.
struct real_functions {
    pointer_to<&::read> read;
    pointer_to<&::readv> readv;
    pointer_to<&::preadv2> preadv2;
    pointer_to<&::recv> recv;
    pointer_to<&::recvfrom> recvfrom;
    pointer_to<&::recvmsg> recvmsg;
    pointer_to<&::recvmmsg> recvmmsg;
    pointer_to<&::write> write;
    pointer_to<&::writev> writev;
    pointer_to<&::pwritev2> pwritev2;
    pointer_to<&::send> send;
    pointer_to<&::sendto> sendto;
    pointer_to<&::sendmsg> sendmsg;
    pointer_to<&::sendmmsg> sendmmsg;
    pointer_to<&::connect> connect;
    pointer_to<&::accept> accept;
    pointer_to<&::accept4> accept4;
    pointer_to<&::close> close;
    pointer_to<&::dup2> dup2;
    pointer_to<&::dup3> dup3;
    pointer_to<&::poll> poll;
    pointer_to<&::ppoll> ppoll;
    pointer_to<&::select> select;
    pointer_to<&::pselect> pselect;
    pointer_to<&::epoll_wait> epoll_wait;
    pointer_to<&::epoll_pwait> epoll_pwait;
    pointer_to<&::epoll_pwait2> epoll_pwait2;
    pointer_to<&::sleep> sleep;
    pointer_to<&::usleep> usleep;
    pointer_to<&::nanosleep> nanosleep;
    pointer_to<&::clock_nanosleep> clock_nanosleep;
    pointer_to<&::thrd_sleep> thrd_sleep;
    pointer_to<&::getaddrinfo> getaddrinfo;
    pointer_to<&::getnameinfo> getnameinfo;
    pointer_to<&::gethostbyname> gethostbyname;
    pointer_to<&::gethostbyname2> gethostbyname2;
    pointer_to<&::gethostbyaddr> gethostbyaddr;
    pointer_to<&::gethostbyname_r> gethostbyname_r;
    pointer_to<&::gethostbyname2_r> gethostbyname2_r;
    pointer_to<&::gethostbyaddr_r> gethostbyaddr_r;
    pointer_to<&::wait4> wait4;
    pointer_to<&::waitid> waitid;
    pointer_to<&::system> system;
    pointer_to<&::pclose> pclose;
};

[[gnu::visibility("hidden")]] extern constinit real_functions real;

/// Fills the table, once. Ends the program if libc lacks one of them.
///
/// Threads: any.
void look_up_real_functions() noexcept;

}  // namespace weft::interpose
