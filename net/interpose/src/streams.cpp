// SPDX-License-Identifier: BSL-1.0

// stdio on pipes, sockets and terminals. Inside of libc a stream calls read() and write() past
// everybody, so a call that may have to wait there is made by a thread of the pool; one that the
// buffer serves, and whatever concerns a file of a disk, is made at once.

#include <weft/io.hpp>

#include "chk.hpp"
#include "fiber_call.hpp"
#include "offload.hpp"
#include "real_of.hpp"
#include "socket_hint.hpp"

#include <limits.h>
#include <stdio_ext.h>
#include <sys/stat.h>

#include <cstring>
#include <string_view>

namespace weft::interpose {

namespace {

/// What can be read without a system call. Source: glibc, struct_FILE.h; the inline functions of
/// its headers have made these members part of the ABI.
std::string_view buffered(const FILE* stream) noexcept {
    const char* const begin = stream->_IO_read_ptr;
    const char* const end = stream->_IO_read_end;
    return begin < end ? std::string_view(begin, static_cast<std::size_t>(end - begin))
                       : std::string_view();
}

bool can_be_waited_for(FILE* stream) noexcept {
    struct stat about {};
    const int before = errno;
    const int fd = ::fileno(stream);
    const bool waits = fd >= 0 && ::fstat(fd, &about) == 0 && !S_ISREG(about.st_mode) &&
                       !S_ISBLK(about.st_mode) && !S_ISDIR(about.st_mode);
    errno = before;
    return waits;
}

/// Whether what is written stays in the buffer.
bool fits(FILE* stream, std::size_t size) noexcept {
    return ::__flbf(stream) == 0 && ::__fwritable(stream) != 0 &&
           ::__fpending(stream) + size < ::__fbufsize(stream);
}

bool takes_at_once(FILE* stream, std::size_t size) noexcept {
    pollfd asked{::fileno(stream), POLLOUT, 0};
    return ::__fpending(stream) + size <= PIPE_BUF && real.poll(&asked, 1, 0) == 1 &&
           (asked.revents & POLLOUT) != 0;
}

/// `at_once`: whether the call does not wait, as far as the buffer tells.
template <class Result, class Call>
Result stream_call(FILE* stream, Result failed, bool at_once, Call call) {
    if (at_once || !can_be_waited_for(stream)) {
        return call();
    }
    return fiber_call<Result>(failed, [&] {
        checkpoint();
        return offloaded(call);
    });
}

bool holds_line(const FILE* stream, std::size_t room, int end = '\n') noexcept {
    const std::string_view there = buffered(stream);
    return there.size() >= room || there.find(static_cast<char>(end)) != there.npos;
}

bool writes_at_once(FILE* stream, std::size_t size) noexcept {
    return fits(stream, size) || takes_at_once(stream, size);
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

char* fgets(char* into, int size, FILE* stream) {
    const auto call = [=] { return real_of<&::fgets>("fgets")(into, size, stream); };
    if (!on_fiber() || size < 2) {
        return call();
    }
    const bool at_once = holds_line(stream, static_cast<std::size_t>(size) - 1);
    return stream_call<char*>(stream, nullptr, at_once, call);
}

char* __fgets_chk(char* into, size_t room, int size, FILE* stream) {
    check_room(static_cast<std::size_t>(size < 0 ? 0 : size), room);
    return fgets(into, size, stream);
}

size_t fread(void* into, size_t size, size_t count, FILE* stream) {
    const auto call = [=] { return real_of<&::fread>("fread")(into, size, count, stream); };
    if (!on_fiber()) {
        return call();
    }
    const bool at_once = buffered(stream).size() >= size * count;
    return stream_call<size_t>(stream, 0, at_once, call);
}

size_t __fread_chk(void* into, size_t room, size_t size, size_t count, FILE* stream) {
    check_room(size * count, room);
    return fread(into, size, count, stream);
}

ssize_t getdelim(char** line, size_t* room, int end, FILE* stream) {
    const auto call = [=] { return real_of<&::getdelim>("getdelim")(line, room, end, stream); };
    if (!on_fiber()) {
        return call();
    }
    return stream_call<ssize_t>(stream, -1, holds_line(stream, SIZE_MAX, end), call);
}

ssize_t __getdelim(char** line, size_t* room, int end, FILE* stream) {
    return getdelim(line, room, end, stream);
}

ssize_t getline(char** line, size_t* room, FILE* stream) {
    return getdelim(line, room, '\n', stream);
}

int fgetc(FILE* stream) {
    const auto call = [=] { return real_of<&::fgetc>("fgetc")(stream); };
    return on_fiber() ? stream_call<int>(stream, EOF, !buffered(stream).empty(), call) : call();
}

int getc(FILE* stream) {
    return fgetc(stream);
}

int getchar() {
    return fgetc(stdin);
}

size_t fwrite(const void* from, size_t size, size_t count, FILE* stream) {
    const auto call = [=] { return real_of<&::fwrite>("fwrite")(from, size, count, stream); };
    if (!on_fiber()) {
        return call();
    }
    return stream_call<size_t>(stream, 0, writes_at_once(stream, size * count), call);
}

int fputs(const char* text, FILE* stream) {
    const auto call = [=] { return real_of<&::fputs>("fputs")(text, stream); };
    if (!on_fiber()) {
        return call();
    }
    return stream_call<int>(stream, EOF, writes_at_once(stream, std::strlen(text)), call);
}

int fflush(FILE* stream) {
    const auto call = [=] { return real_of<&::fflush>("fflush")(stream); };
    if (stream == nullptr || !on_fiber()) {
        return call();
    }
    const bool at_once = ::__fpending(stream) == 0 || takes_at_once(stream, 0);
    return stream_call<int>(stream, EOF, at_once, call);
}

int fclose(FILE* stream) {
    const auto call = [=] { return real_of<&::fclose>("fclose")(stream); };
    if (!on_fiber()) {
        return call();
    }
    const int fd = ::fileno(stream);
    const bool at_once = ::__fpending(stream) == 0 || takes_at_once(stream, 0);
    weft::io::forget(fd);
    socket_hint::forget(fd);
    return stream_call<int>(stream, EOF, at_once, call);
}

}  // extern "C"
