// SPDX-License-Identifier: BSL-1.0

// recvmmsg, sendmmsg.

#include "real.hpp"
#include "time_limit.hpp"
#include "transfer.hpp"
#include "unlimited_sockets.hpp"

#include <span>

namespace weft::interpose {

namespace {

/// What `call` returns; 0 if a handler has ended its wait after `done` messages, which are the
/// result then.
template <class Call>
int some_or_interrupted(std::size_t done, Call call) {
    try {
        return call();
    } catch (const interrupted_by_handler&) {
        if (done == 0) {
            throw;
        }
        return 0;
    }
}

/// Receives all, or with MSG_WAITFORONE what is there once something is. As in the kernel, the
/// time limit is looked at after each arrival only, and an error after the first message waits for
/// the next call.
int receive_several(int fd, std::span<mmsghdr> into, int flags, clock::time_point deadline) {
    std::size_t done = 0;
    do {
        const auto rest = into.subspan(done);
        const auto room = static_cast<unsigned>(rest.size());
        const int arrived = some_or_interrupted(done, [&] {
            return when_ready(
                fd, direction::reading,
                [&] { return real.recvmmsg(fd, rest.data(), room, flags | MSG_DONTWAIT, nullptr); },
                [&] { return real.recvmmsg(fd, rest.data(), room, flags, nullptr); });
        });
        if (arrived <= 0) {
            return done > 0 ? static_cast<int>(done) : arrived;
        }
        done += static_cast<std::size_t>(arrived);
    } while ((flags & MSG_WAITFORONE) == 0 && done < into.size() && clock::now() < deadline);
    return static_cast<int>(done);
}

/// The part of a message that a stream did not take at once.
void send_the_rest(int fd, mmsghdr& begun, int flags) {
    const std::span given(begun.msg_hdr.msg_iov, begun.msg_hdr.msg_iovlen);
    if (begun.msg_len == size_of(given)) {
        return;
    }
    const ssize_t sent =
        until_all(fd, direction::writing, begun.msg_len, parts(given), [&](parts& left) {
            msghdr rest{};
            rest.msg_iov = left.data();
            rest.msg_iovlen = static_cast<std::size_t>(left.count());
            return real.sendmsg(fd, &rest, flags | MSG_DONTWAIT | MSG_NOSIGNAL);
        });
    begun.msg_len = static_cast<unsigned>(sent);
}

int send_several(int fd, std::span<mmsghdr> from, int flags) {
    std::size_t done = 0;
    do {
        const auto rest = from.subspan(done);
        const auto count = static_cast<unsigned>(rest.size());
        const int sent = some_or_interrupted(done, [&] {
            return when_ready(
                fd, direction::writing,
                [&] { return real.sendmmsg(fd, rest.data(), count, flags | MSG_DONTWAIT); },
                [&] { return real.sendmmsg(fd, rest.data(), count, flags); });
        });
        if (sent <= 0) {
            return done > 0 ? static_cast<int>(done) : sent;
        }
        done += static_cast<std::size_t>(sent);
        send_the_rest(fd, from[done - 1], flags);
    } while (done < from.size());
    return static_cast<int>(done);
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int recvmmsg(int fd, mmsghdr* into, unsigned count, int flags, timespec* limit) {
    constexpr int odd = MSG_DONTWAIT | MSG_OOB | MSG_ERRQUEUE;
    if (!on_fiber() || (flags & odd) != 0 || (limit != nullptr && !is_valid(*limit))) {
        return real.recvmmsg(fd, into, count, flags, limit);
    }
    const auto deadline = deadline_of(limit);
    const int received = fiber_call<int>(-1, [&] {
        if ((flags & MSG_WAITALL) != 0) {  // of each message, on streams
            return offloaded([&] { return real.recvmmsg(fd, into, count, flags, limit); });
        }
        return receive_several(fd, {into, count}, flags, deadline);
    });
    if (received >= 0 && limit != nullptr) {
        *limit = left_until(deadline);
    }
    return received;
}

int sendmmsg(int fd, mmsghdr* from, unsigned count, int flags) {
    const bool at_once = !on_fiber() || (flags & MSG_DONTWAIT) != 0;
    const int sent = at_once ? real.sendmmsg(fd, from, count, flags) : fiber_call<int>(-1, [&] {
        return send_several(fd, {from, count}, flags);
    });
    for (int i = 0; i < sent; ++i) {
        unlimited_sockets::forget_all_if_shared(from[i].msg_hdr);
    }
    return sent;
}

}  // extern "C"
