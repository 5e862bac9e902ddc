// SPDX-License-Identifier: BSL-1.0

// stdio on pipes, sockets and terminals. Inside of libc a stream calls read() and write() past
// everybody, so a call that may have to wait there is made by a thread of the pool; one that the
// buffer serves, and whatever concerns a file of a disk, is made at once.

#include <weft/io.hpp>

#include "chk.hpp"
#include "socket_hint.hpp"
#include "stream_function.hpp"
#include "unlimited_sockets.hpp"

#include <cstring>

namespace weft::interpose {

namespace {

size_t write_by_libc(const void* from, std::size_t size, std::size_t count, FILE* stream) {
    return real_of<&::fwrite>("fwrite")(from, size, count, stream);
}

}  // namespace

size_t write_to_stream(const void* from, std::size_t size, std::size_t count, FILE* stream) {
    const auto call = [=] { return write_by_libc(from, size, count, stream); };
    const auto at_once = [=] { return writes_at_once(stream, size * count); };
    return stream_call<size_t>(stream, 0, at_once, call);
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

char* fgets(char* into, int size, FILE* stream) {
    const auto call = [=] { return real_of<&::fgets>("fgets")(into, size, stream); };
    if (!on_fiber() || size < 2) {
        return call();
    }
    const auto at_once = [=] { return holds_line(stream, static_cast<std::size_t>(size) - 1); };
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
    const auto at_once = [=] { return buffered(stream).size() >= size * count; };
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
    const auto at_once = [=] { return holds_line(stream, SIZE_MAX, end); };
    return stream_call<ssize_t>(stream, -1, at_once, call);
}

ssize_t __getdelim(char** line, size_t* room, int end, FILE* stream) {
    return getdelim(line, room, end, stream);
}

ssize_t getline(char** line, size_t* room, FILE* stream) {
    return getdelim(line, room, '\n', stream);
}

int fgetc(FILE* stream) {
    const auto call = [=] { return real_of<&::fgetc>("fgetc")(stream); };
    const auto at_once = [=] { return !buffered(stream).empty(); };
    return on_fiber() ? stream_call<int>(stream, EOF, at_once, call) : call();
}

int getc(FILE* stream) {
    return fgetc(stream);
}

int getchar() {
    return fgetc(stdin);
}

size_t fwrite(const void* from, size_t size, size_t count, FILE* stream) {
    return on_fiber() ? write_to_stream(from, size, count, stream)
                      : write_by_libc(from, size, count, stream);
}

int fputs(const char* text, FILE* stream) {
    const auto call = [=] { return real_of<&::fputs>("fputs")(text, stream); };
    if (!on_fiber()) {
        return call();
    }
    const auto at_once = [=] { return writes_at_once(stream, std::strlen(text)); };
    return stream_call<int>(stream, EOF, at_once, call);
}

int fflush(FILE* stream) {
    const auto call = [=] { return real_of<&::fflush>("fflush")(stream); };
    if (stream == nullptr || !on_fiber()) {
        return call();
    }
    const auto at_once = [=] { return ::__fpending(stream) == 0 || takes_at_once(stream, 0); };
    return stream_call<int>(stream, EOF, at_once, call);
}

int fclose(FILE* stream) {
    const auto call = [=] { return real_of<&::fclose>("fclose")(stream); };
    const int fd = stream->_fileno;  // fileno() may set errno
    unlimited_sockets::forget(fd);
    if (!on_fiber()) {
        return call();
    }
    const bool at_once = is_locked_by_caller(stream) || ::__fpending(stream) == 0 ||
                         takes_at_once(stream, 0) || !can_be_waited_for(stream);
    weft::io::forget(fd);
    socket_hint::forget(fd);
    // Not by stream_call(), which would let go of the stream afterwards.
    return at_once ? call() : fiber_call<int>(EOF, [&] {
        checkpoint();
        return offloaded(call);
    });
}

}  // extern "C"
