// SPDX-License-Identifier: BSL-1.0

// What weft's own code calls. The library is linked with --wrap for each name it interposes, so
// that a reference to read() in the runtime or in net means __wrap_read(): the real one. A name
// that is missing here fails the link.

#include "own_descriptors.hpp"
#include "real.hpp"
#include "real_of.hpp"
#include "unlimited_sockets.hpp"

#include <cstdarg>

using weft::interpose::real;

extern "C" {

ssize_t __wrap_read(int fd, void* into, size_t size) {
    return real.read(fd, into, size);
}

ssize_t __wrap_write(int fd, const void* from, size_t size) {
    return real.write(fd, from, size);
}

ssize_t __wrap_recv(int fd, void* into, size_t size, int flags) {
    return real.recv(fd, into, size, flags);
}

ssize_t __wrap_recvfrom(int fd, void* into, size_t size, int flags, sockaddr* peer,
                        socklen_t* peer_size) {
    return real.recvfrom(fd, into, size, flags, peer, peer_size);
}

ssize_t __wrap_recvmsg(int fd, msghdr* message, int flags) {
    return real.recvmsg(fd, message, flags);
}

ssize_t __wrap_send(int fd, const void* from, size_t size, int flags) {
    return real.send(fd, from, size, flags);
}

ssize_t __wrap_sendmsg(int fd, const msghdr* message, int flags) {
    return real.sendmsg(fd, message, flags);
}

int __wrap_connect(int fd, const sockaddr* address, socklen_t size) {
    return real.connect(fd, address, size);
}

int __wrap_accept4(int fd, sockaddr* peer, socklen_t* size, int flags) {
    return real.accept4(fd, peer, size, flags);
}

int __wrap_fcntl(int fd, int command, ...) {
    std::va_list given;
    va_start(given, command);
    void* const argument = va_arg(given, void*);
    va_end(given);
    return weft::interpose::real_fcntl()(fd, command, argument);
}

int __wrap_fputs(const char* text, FILE* stream) {
    return weft::interpose::real_of<&::fputs>("fputs")(text, stream);
}

int __wrap_fprintf(FILE* stream, const char* format, ...) {
    std::va_list given;
    va_start(given, format);
    const int written = weft::interpose::real_of<&::vfprintf>("vfprintf")(stream, format, given);
    va_end(given);
    return written;
}

int __wrap_fputc(int character, FILE* stream) {
    return weft::interpose::real_of<&::fputc>("fputc")(character, stream);
}

int __wrap_fflush(FILE* stream) {
    return weft::interpose::real_of<&::fflush>("fflush")(stream);
}

size_t __wrap_fwrite(const void* from, size_t size, size_t count, FILE* stream) {
    return weft::interpose::real_of<&::fwrite>("fwrite")(from, size, count, stream);
}

int __wrap_fclose(FILE* stream) {
    return weft::interpose::real_of<&::fclose>("fclose")(stream);
}

int __wrap_fdatasync(int fd) {
    return weft::interpose::real_of<&::fdatasync>("fdatasync")(fd);
}

int __wrap_fsync(int fd) {
    return weft::interpose::real_of<&::fsync>("fsync")(fd);
}

int __wrap_close(int fd) {
    weft::interpose::own_descriptors::forget(fd);
    weft::interpose::unlimited_sockets::forget(fd);
    return real.close(fd);
}

int __wrap_poll(pollfd* asked, nfds_t count, int limit) {
    return real.poll(asked, count, limit);
}

int __wrap_epoll_wait(int fd, epoll_event* events, int room, int limit) {
    return real.epoll_wait(fd, events, room, limit);
}

int __wrap_epoll_pwait2(int fd, epoll_event* events, int room, const timespec* limit,
                        const sigset_t* mask) {
    return real.epoll_pwait2(fd, events, room, limit, mask);
}

pid_t __wrap_waitpid(pid_t pid, int* status, int options) {
    return real.wait4(pid, status, options, nullptr);
}

int __wrap_waitid(idtype_t kind, id_t id, siginfo_t* about, int options) {
    return real.waitid(kind, id, about, options);
}

}  // extern "C"
