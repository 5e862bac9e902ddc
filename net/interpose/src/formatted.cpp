// SPDX-License-Identifier: BSL-1.0

// printf and its kin, puts, putc. What goes to a pipe, socket or terminal is formatted here and
// written as by fwrite(); everything else is libc's call.

#include "fiber_call.hpp"
#include "real_of.hpp"
#include "stream_call.hpp"
#include "write.hpp"

#include <array>
#include <cstdarg>
#include <cstring>
#include <vector>

extern "C" {
int __vfprintf_chk(FILE* stream, int flag, const char* format, std::va_list arguments);
int __vsnprintf_chk(char* into, size_t size, int flag, size_t room, const char* format,
                    std::va_list arguments);
int __vdprintf_chk(int fd, int flag, const char* format, std::va_list arguments);
}

namespace weft::interpose {

namespace {

/// How the function was called: `flag` of the _chk variants, negative for the plain ones.
constexpr int plain = -1;

int format_into(char* into, std::size_t size, int flag, const char* format,
                std::va_list arguments) {
    std::va_list copy;
    va_copy(copy, arguments);
    const int length = flag == plain ? std::vsnprintf(into, size, format, copy)
                                     : ::__vsnprintf_chk(into, size, flag, size, format, copy);
    va_end(copy);
    return length;
}

/// Formats and hands the text to `use`, which returns whether all of it is written.
template <class Use>
int formatted(int flag, const char* format, std::va_list arguments, Use use) {
    std::array<char, 512> small;
    const int length = format_into(small.data(), small.size(), flag, format, arguments);
    if (length < 0) {
        return length;
    }
    const auto size = static_cast<std::size_t>(length);
    if (size < small.size()) {
        return use(small.data(), size) ? length : -1;
    }
    try {
        std::vector<char> large(size + 1);
        format_into(large.data(), large.size(), flag, format, arguments);
        return use(large.data(), size) ? length : -1;
    } catch (const std::bad_alloc&) {
        errno = ENOMEM;
        return -1;
    }
}

int by_libc(FILE* stream, int flag, const char* format, std::va_list arguments) {
    return flag == plain
               ? real_of<&::vfprintf>("vfprintf")(stream, format, arguments)
               : real_of<&::__vfprintf_chk>("__vfprintf_chk")(stream, flag, format, arguments);
}

int print(const char* function, FILE* stream, int flag, const char* format,
          std::va_list arguments) {
    // A stream of wide characters takes no bytes.
    if (!on_fiber(function) || !can_be_waited_for(stream) || stream->_mode > 0) {
        return by_libc(stream, flag, format, arguments);
    }
    return formatted(flag, format, arguments, [&](const char* text, std::size_t size) {
        return size == 0 || write_to_stream(text, 1, size, stream) == size;
    });
}

bool write_all(int fd, const char* text, std::size_t size) {
    while (size > 0) {
        const ssize_t written = write_on_fiber(fd, text, size);
        if (written < 0) {
            return false;
        }
        text += written;
        size -= static_cast<std::size_t>(written);
    }
    return true;
}

int print(const char* function, int fd, int flag, const char* format, std::va_list arguments) {
    if (!on_fiber(function)) {
        return flag == plain
                   ? real_of<&::vdprintf>("vdprintf")(fd, format, arguments)
                   : real_of<&::__vdprintf_chk>("__vdprintf_chk")(fd, flag, format, arguments);
    }
    return formatted(flag, format, arguments, [fd](const char* text, std::size_t size) {
        return write_all(fd, text, size);
    });
}

int put(const char* function, int character, FILE* stream) {
    const auto call = [=] { return real_of<&::fputc>("fputc")(character, stream); };
    const auto at_once = [=] {
        return writes_at_once(stream, 1) && (character != '\n' || takes_at_once(stream, 1));
    };
    return on_fiber(function) ? stream_call<int>(stream, EOF, at_once, call) : call();
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

// The variadic functions, each by the one that takes a list.
#define WEFT_LIST(result, last, call) \
    std::va_list arguments;           \
    va_start(arguments, last);        \
    const int result = call;          \
    va_end(arguments);                \
    return result

extern "C" {

int vfprintf(FILE* stream, const char* format, std::va_list arguments) {
    return print("vfprintf", stream, plain, format, arguments);
}

int vprintf(const char* format, std::va_list arguments) {
    return print("vprintf", stdout, plain, format, arguments);
}

int fprintf(FILE* stream, const char* format, ...) {
    WEFT_LIST(written, format, print("fprintf", stream, plain, format, arguments));
}

int printf(const char* format, ...) {
    WEFT_LIST(written, format, print("printf", stdout, plain, format, arguments));
}

int vdprintf(int fd, const char* format, std::va_list arguments) {
    return print("vdprintf", fd, plain, format, arguments);
}

int dprintf(int fd, const char* format, ...) {
    WEFT_LIST(written, format, print("dprintf", fd, plain, format, arguments));
}

int __vfprintf_chk(FILE* stream, int flag, const char* format, std::va_list arguments) {
    return print("__vfprintf_chk", stream, flag, format, arguments);
}

int __vprintf_chk(int flag, const char* format, std::va_list arguments) {
    return print("__vprintf_chk", stdout, flag, format, arguments);
}

int __fprintf_chk(FILE* stream, int flag, const char* format, ...) {
    WEFT_LIST(written, format, print("__fprintf_chk", stream, flag, format, arguments));
}

int __printf_chk(int flag, const char* format, ...) {
    WEFT_LIST(written, format, print("__printf_chk", stdout, flag, format, arguments));
}

int __vdprintf_chk(int fd, int flag, const char* format, std::va_list arguments) {
    return print("__vdprintf_chk", fd, flag, format, arguments);
}

int __dprintf_chk(int fd, int flag, const char* format, ...) {
    WEFT_LIST(written, format, print("__dprintf_chk", fd, flag, format, arguments));
}

int puts(const char* text) {
    if (!on_fiber() || !can_be_waited_for(stdout) || stdout->_mode > 0) {
        return real_of<&::puts>("puts")(text);
    }
    // As libc: one call, so that lines of two fibers do not mix.
    std::vector<char> line(text, text + std::strlen(text));
    line.push_back('\n');
    return write_to_stream(line.data(), 1, line.size(), stdout) == line.size()
               ? static_cast<int>(line.size())
               : EOF;
}

void perror(const char* text) {
    const int before = errno;
    const auto call = [=] {
        errno = before;
        real_of<&::perror>("perror")(text);
        return 0;
    };
    constexpr std::size_t longest = 1024;  // of the reason of an error, and more
    const auto at_once = [=] {
        return takes_at_once(stderr, longest + (text != nullptr ? std::strlen(text) : 0));
    };
    if (on_fiber()) {
        stream_call<int>(stderr, 0, at_once, call);  // 0 as failure: errno stays as libc leaves it
    } else {
        call();
    }
}

int fputc(int character, FILE* stream) {
    return put("fputc", character, stream);
}

int putc(int character, FILE* stream) {
    return put("putc", character, stream);
}

int putchar(int character) {
    return put("putchar", character, stdout);
}

}  // extern "C"
