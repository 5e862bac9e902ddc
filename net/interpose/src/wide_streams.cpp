// SPDX-License-Identifier: BSL-1.0

// What stdio does with wide characters, but for scanf.

#include "chk.hpp"
#include "stream_function.hpp"

#include <cstdarg>
#include <cwchar>

extern "C" {
wchar_t* __fgetws_chk(wchar_t* into, size_t room, int size, FILE* stream);
wchar_t* __fgetws_unlocked_chk(wchar_t* into, size_t room, int size, FILE* stream);
int __vfwprintf_chk(FILE* stream, int flag, const wchar_t* format, std::va_list arguments);
}

namespace weft::interpose {

namespace {

/// What can be read without a system call. Source: glibc, libio/libio.h: a stream's wide data
/// begins with where the next character stands, and with their end.
std::wstring_view wide_buffered(const FILE* stream) noexcept {
    struct wide_data {
        const wchar_t* begin;
        const wchar_t* end;
    };
    if (stream->_mode <= 0 || stream->_wide_data == nullptr) {
        return {};
    }
    const auto& there =
        *static_cast<const wide_data*>(static_cast<const void*>(stream->_wide_data));
    return there.begin < there.end
               ? std::wstring_view(there.begin, static_cast<std::size_t>(there.end - there.begin))
               : std::wstring_view();
}

/// Whether `count` characters more are written without waiting, however long they are as bytes.
bool takes_wide_at_once(FILE* stream, std::size_t count) noexcept {
    constexpr std::size_t longest = 6;
    return takes_at_once(stream, (::__fpending(stream) + count) * longest);
}

wint_t get(const char* function, FILE* stream) {
    const auto call = [=] { return real_of<&::fgetwc>("fgetwc")(stream); };
    const auto at_once = [=] { return !wide_buffered(stream).empty(); };
    return on_fiber(function) ? stream_call<wint_t>(stream, WEOF, at_once, call) : call();
}

wint_t put(const char* function, wchar_t character, FILE* stream) {
    const auto call = [=] { return real_of<&::fputwc>("fputwc")(character, stream); };
    const auto at_once = [=] { return takes_wide_at_once(stream, 1); };
    return on_fiber(function) ? stream_call<wint_t>(stream, WEOF, at_once, call) : call();
}

wchar_t* get_line(const char* function, wchar_t* into, int size, FILE* stream) {
    const auto call = [=] { return real_of<&::fgetws>("fgetws")(into, size, stream); };
    const auto at_once = [=] {
        const std::wstring_view there = wide_buffered(stream);
        return size < 2 || there.size() >= static_cast<std::size_t>(size) - 1 ||
               there.find(L'\n') != there.npos;
    };
    return on_fiber(function) ? stream_call<wchar_t*>(stream, nullptr, at_once, call) : call();
}

int put_text(const char* function, const wchar_t* text, FILE* stream) {
    const auto call = [=] { return real_of<&::fputws>("fputws")(text, stream); };
    const auto at_once = [=] { return takes_wide_at_once(stream, std::wcslen(text)); };
    return on_fiber(function) ? stream_call<int>(stream, EOF, at_once, call) : call();
}

/// `flag` of the _chk variants, negative for the plain ones.
constexpr int plain = -1;

int print(const char* function, FILE* stream, int flag, const wchar_t* format,
          std::va_list arguments) {
    const int before = errno;  // for %m
    const auto call = [&] {
        errno = before;
        return flag == plain ? real_of<&::vfwprintf>("vfwprintf")(stream, format, arguments)
                             : real_of<&::__vfwprintf_chk>("__vfwprintf_chk")(stream, flag, format,
                                                                              arguments);
    };
    return on_fiber(function) ? stream_call<int>(
                                    stream, -1, [] { return false; }, call)
                              : call();
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

#define WEFT_PRINT(function, stream, flag)                                \
    std::va_list arguments;                                               \
    va_start(arguments, format);                                          \
    const int written = print(function, stream, flag, format, arguments); \
    va_end(arguments);                                                    \
    return written

extern "C" {

// Those that lock nothing lock here, too: other fibers may run meanwhile.

wint_t fgetwc(FILE* stream) {
    return get("fgetwc", stream);
}

wint_t getwc(FILE* stream) {
    return get("getwc", stream);
}

wint_t getwchar() {
    return get("getwchar", stdin);
}

wint_t fgetwc_unlocked(FILE* stream) {
    return get("fgetwc_unlocked", stream);
}

wint_t getwc_unlocked(FILE* stream) {
    return get("getwc_unlocked", stream);
}

wint_t getwchar_unlocked() {
    return get("getwchar_unlocked", stdin);
}

wint_t fputwc(wchar_t character, FILE* stream) {
    return put("fputwc", character, stream);
}

wint_t putwc(wchar_t character, FILE* stream) {
    return put("putwc", character, stream);
}

wint_t putwchar(wchar_t character) {
    return put("putwchar", character, stdout);
}

wint_t fputwc_unlocked(wchar_t character, FILE* stream) {
    return put("fputwc_unlocked", character, stream);
}

wint_t putwc_unlocked(wchar_t character, FILE* stream) {
    return put("putwc_unlocked", character, stream);
}

wint_t putwchar_unlocked(wchar_t character) {
    return put("putwchar_unlocked", character, stdout);
}

wchar_t* fgetws(wchar_t* into, int size, FILE* stream) {
    return get_line("fgetws", into, size, stream);
}

wchar_t* fgetws_unlocked(wchar_t* into, int size, FILE* stream) {
    return get_line("fgetws_unlocked", into, size, stream);
}

wchar_t* __fgetws_chk(wchar_t* into, size_t room, int size, FILE* stream) {
    check_room(static_cast<std::size_t>(size < 0 ? 0 : size), room);
    return get_line("__fgetws_chk", into, size, stream);
}

wchar_t* __fgetws_unlocked_chk(wchar_t* into, size_t room, int size, FILE* stream) {
    check_room(static_cast<std::size_t>(size < 0 ? 0 : size), room);
    return get_line("__fgetws_unlocked_chk", into, size, stream);
}

int fputws(const wchar_t* text, FILE* stream) {
    return put_text("fputws", text, stream);
}

int fputws_unlocked(const wchar_t* text, FILE* stream) {
    return put_text("fputws_unlocked", text, stream);
}

int vfwprintf(FILE* stream, const wchar_t* format, std::va_list arguments) {
    return print("vfwprintf", stream, plain, format, arguments);
}

int vwprintf(const wchar_t* format, std::va_list arguments) {
    return print("vwprintf", stdout, plain, format, arguments);
}

int fwprintf(FILE* stream, const wchar_t* format, ...) {
    WEFT_PRINT("fwprintf", stream, plain);
}

int wprintf(const wchar_t* format, ...) {
    WEFT_PRINT("wprintf", stdout, plain);
}

int __vfwprintf_chk(FILE* stream, int flag, const wchar_t* format, std::va_list arguments) {
    return print("__vfwprintf_chk", stream, flag, format, arguments);
}

int __vwprintf_chk(int flag, const wchar_t* format, std::va_list arguments) {
    return print("__vwprintf_chk", stdout, flag, format, arguments);
}

int __fwprintf_chk(FILE* stream, int flag, const wchar_t* format, ...) {
    WEFT_PRINT("__fwprintf_chk", stream, flag);
}

int __wprintf_chk(int flag, const wchar_t* format, ...) {
    WEFT_PRINT("__wprintf_chk", stdout, flag);
}

}  // extern "C"
