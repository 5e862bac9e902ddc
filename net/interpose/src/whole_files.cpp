// SPDX-License-Identifier: BSL-1.0

// sendfile, splice, tee, vmsplice, fsync and its kin: no form of them tells when they would not
// block, so a thread of the pool makes the call.

#include "fiber_call.hpp"
#include "offload.hpp"
#include "real_of.hpp"

#include <sys/sendfile.h>

namespace weft::interpose {

namespace {

bool has_nonblock(int fd) noexcept {
    const int before = errno;
    const int flags = ::fcntl(fd, F_GETFL);
    errno = before;
    return flags < 0 || (flags & O_NONBLOCK) != 0;
}

template <class Call>
auto call_on_pool(Call call) {
    using result = decltype(call());
    return fiber_call<result>(-1, [&] {
        checkpoint();
        return offloaded(call);
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

ssize_t sendfile(int to, int from, off_t* offset, size_t size) noexcept {
    const auto call = [=] { return real_of<&::sendfile>("sendfile")(to, from, offset, size); };
    return on_fiber() && !has_nonblock(to) ? call_on_pool(call) : call();
}

ssize_t sendfile64(int to, int from, off64_t* offset, size_t size) noexcept {
    return sendfile(to, from, offset, size);
}

ssize_t splice(int from, off64_t* from_offset, int to, off64_t* to_offset, size_t size,
               unsigned flags) {
    const auto call = [=] {
        return real_of<&::splice>("splice")(from, from_offset, to, to_offset, size, flags);
    };
    return on_fiber() && (flags & SPLICE_F_NONBLOCK) == 0 ? call_on_pool(call) : call();
}

ssize_t tee(int from, int to, size_t size, unsigned flags) {
    const auto call = [=] { return real_of<&::tee>("tee")(from, to, size, flags); };
    return on_fiber() && (flags & SPLICE_F_NONBLOCK) == 0 ? call_on_pool(call) : call();
}

ssize_t vmsplice(int fd, const iovec* parts, size_t count, unsigned flags) {
    const auto call = [=] { return real_of<&::vmsplice>("vmsplice")(fd, parts, count, flags); };
    return on_fiber() && (flags & SPLICE_F_NONBLOCK) == 0 ? call_on_pool(call) : call();
}

int fsync(int fd) {
    const auto call = [=] { return real_of<&::fsync>("fsync")(fd); };
    return on_fiber() ? call_on_pool(call) : call();
}

int fdatasync(int fd) {
    const auto call = [=] { return real_of<&::fdatasync>("fdatasync")(fd); };
    return on_fiber() ? call_on_pool(call) : call();
}

int syncfs(int fd) noexcept {
    const auto call = [=] { return real_of<&::syncfs>("syncfs")(fd); };
    return on_fiber() ? call_on_pool(call) : call();
}

}  // extern "C"
