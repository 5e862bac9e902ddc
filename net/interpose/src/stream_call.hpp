// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// How a call of stdio is made by a fiber: at once where the buffer serves it or the file does not
/// wait, else by a thread of the pool. Inside of libc a stream calls read() and write() past
/// everybody.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real.hpp"

#include <limits.h>
#include <stdio_ext.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

namespace weft::interpose {

/// What can be read without a system call. Source: glibc, struct_FILE.h; the inline functions of
/// its headers have made these members part of the ABI.
[[nodiscard]] inline std::string_view buffered(const FILE* stream) noexcept {
    const char* const begin = stream->_IO_read_ptr;
    const char* const end = stream->_IO_read_end;
    return begin < end ? std::string_view(begin, static_cast<std::size_t>(end - begin))
                       : std::string_view();
}

[[nodiscard]] inline bool can_be_waited_for(FILE* stream) noexcept {
    struct stat about {};
    const int before = errno;
    const int fd = ::fileno(stream);
    const bool waits = fd >= 0 && ::fstat(fd, &about) == 0 && !S_ISREG(about.st_mode) &&
                       !S_ISBLK(about.st_mode) && !S_ISDIR(about.st_mode);
    errno = before;
    return waits;
}

/// Whether `size` bytes stay in the buffer.
[[nodiscard]] inline bool fits(FILE* stream, std::size_t size) noexcept {
    return ::__flbf(stream) == 0 && ::__fwritable(stream) != 0 &&
           ::__fpending(stream) + size < ::__fbufsize(stream);
}

[[nodiscard]] inline bool takes_at_once(FILE* stream, std::size_t size) noexcept {
    pollfd asked{::fileno(stream), POLLOUT, 0};
    return ::__fpending(stream) + size <= PIPE_BUF && real.poll(&asked, 1, 0) == 1 &&
           (asked.revents & POLLOUT) != 0;
}

[[nodiscard]] inline bool writes_at_once(FILE* stream, std::size_t size) noexcept {
    return fits(stream, size) || takes_at_once(stream, size);
}

/// Whether the calling thread has locked the stream, by flockfile(): no other one could make the
/// call. Source: glibc, libio/libioP.h: the lock begins with its state, its depth and its owner.
[[nodiscard]] inline bool is_locked_by_caller(FILE* stream) noexcept {
    struct stream_lock {
        int state;
        int depth;
        const void* owner;
    };
    const auto* const lock =
        static_cast<const stream_lock*>(static_cast<const void*>(stream->_lock));
    return lock != nullptr && lock->depth > 0 && lock->owner == __builtin_thread_pointer();
}

/// Makes `call`, where it does not wait at once. A thread of the pool that is at the stream has
/// locked it: then this call waits on the pool, too.
///
/// \param at_once  whether the call does not wait, as far as the buffer tells.
template <class Result, class AtOnce, class Call>
Result stream_call(FILE* stream, Result failed, AtOnce at_once, Call call) {
    if (is_locked_by_caller(stream) || !can_be_waited_for(stream)) {
        return call();
    }
    if (::ftrylockfile(stream) == 0) {
        const bool does_not_wait = at_once();
        if (does_not_wait) {
            const Result result = call();
            ::funlockfile(stream);
            return result;
        }
        ::funlockfile(stream);
    }
    return fiber_call<Result>(failed, [&] {
        checkpoint();
        return offloaded(call);
    });
}

/// fwrite() of a fiber: within the layer the name means libc's.
size_t write_to_stream(const void* from, std::size_t size, std::size_t count, FILE* stream);

}  // namespace weft::interpose
