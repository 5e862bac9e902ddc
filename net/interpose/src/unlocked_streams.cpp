// SPDX-License-Identifier: BSL-1.0

// The functions of stdio that do not lock the stream, and what the macros getc_unlocked() and
// putc_unlocked() call once the buffer is used up. A thread of the pool locks it all the same:
// other fibers may run meanwhile.

#include "chk.hpp"
#include "stream_function.hpp"

#include <cstring>

extern "C" {
int __uflow(FILE* stream);
int __overflow(FILE* stream, int character);
char* __fgets_unlocked_chk(char* into, size_t room, int size, FILE* stream);
size_t __fread_unlocked_chk(void* into, size_t room, size_t size, size_t count, FILE* stream);
}

namespace weft::interpose {

namespace {

/// `call` under the lock, which the calling thread may have already.
template <auto function, class Result, class AtOnce, class... Arguments>
Result locked_function(const char* name, FILE* stream, Result failed, AtOnce at_once,
                       Arguments... given) {
    const auto call = [=] { return real_of<function>(name)(given...); };
    if (!on_fiber(name)) {
        return call();
    }
    return stream_call<Result>(stream, failed, at_once, [=] {
        ::flockfile(stream);
        const Result result = call();
        ::funlockfile(stream);
        return result;
    });
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int fgetc_unlocked(FILE* stream) {
    return locked_function<&::fgetc_unlocked>(
        "fgetc_unlocked", stream, EOF, [=] { return !buffered(stream).empty(); }, stream);
}

int getc_unlocked(FILE* stream) {
    return fgetc_unlocked(stream);
}

int getchar_unlocked() {
    return fgetc_unlocked(stdin);
}

int __uflow(FILE* stream) {
    return locked_function<&::__uflow>(
        "__uflow", stream, EOF, [=] { return !buffered(stream).empty(); }, stream);
}

char* fgets_unlocked(char* into, int size, FILE* stream) {
    return locked_function<&::fgets_unlocked>(
        "fgets_unlocked", stream, static_cast<char*>(nullptr),
        [=] { return size < 2 || holds_line(stream, static_cast<std::size_t>(size) - 1); }, into,
        size, stream);
}

char* __fgets_unlocked_chk(char* into, size_t room, int size, FILE* stream) {
    check_room(static_cast<std::size_t>(size < 0 ? 0 : size), room);
    return fgets_unlocked(into, size, stream);
}

size_t fread_unlocked(void* into, size_t size, size_t count, FILE* stream) {
    return locked_function<&::fread_unlocked>(
        "fread_unlocked", stream, size_t{0},
        [=] { return buffered(stream).size() >= size * count; }, into, size, count, stream);
}

size_t __fread_unlocked_chk(void* into, size_t room, size_t size, size_t count, FILE* stream) {
    check_room(size * count, room);
    return fread_unlocked(into, size, count, stream);
}

int fputc_unlocked(int character, FILE* stream) {
    return locked_function<&::fputc_unlocked>(
        "fputc_unlocked", stream, EOF,
        [=] { return fits(stream, 1) ? character != '\n' : takes_at_once(stream, 1); }, character,
        stream);
}

int putc_unlocked(int character, FILE* stream) {
    return fputc_unlocked(character, stream);
}

int putchar_unlocked(int character) {
    return fputc_unlocked(character, stdout);
}

int __overflow(FILE* stream, int character) {
    return locked_function<&::__overflow>(
        "__overflow", stream, EOF, [=] { return takes_at_once(stream, 1); }, stream, character);
}

size_t fwrite_unlocked(const void* from, size_t size, size_t count, FILE* stream) {
    return locked_function<&::fwrite_unlocked>(
        "fwrite_unlocked", stream, size_t{0}, [=] { return writes_at_once(stream, size * count); },
        from, size, count, stream);
}

int fputs_unlocked(const char* text, FILE* stream) {
    return locked_function<&::fputs_unlocked>(
        "fputs_unlocked", stream, EOF, [=] { return writes_at_once(stream, std::strlen(text)); },
        text, stream);
}

int fflush_unlocked(FILE* stream) {
    if (stream == nullptr) {
        return real_of<&::fflush_unlocked>("fflush_unlocked")(stream);
    }
    return locked_function<&::fflush_unlocked>(
        "fflush_unlocked", stream, EOF,
        [=] { return ::__fpending(stream) == 0 || takes_at_once(stream, 0); }, stream);
}

int getw(FILE* stream) {
    return stream_function<&::getw>(
        "getw", stream, EOF, [=] { return buffered(stream).size() >= sizeof(int); }, stream);
}

int putw(int word, FILE* stream) {
    return stream_function<&::putw>(
        "putw", stream, EOF, [=] { return writes_at_once(stream, sizeof word); }, word, stream);
}

}  // extern "C"
