// SPDX-License-Identifier: BSL-1.0

// scanf and its kin, of bytes and of wide characters, by the rules of GNU, C99 and C23. How much
// they read depends on what comes, so where that may have to be waited for a thread of the pool
// calls.

#include "stream_function.hpp"

#include <array>
#include <cstdarg>
#include <cwchar>

namespace weft::interpose {

namespace {

/// By the rules of which the number and the letters of a format are read.
enum class rules { gnu, c99, c23 };

template <class Char>
using scan_function = int (*)(FILE*, const Char*, std::va_list);

template <class Char>
scan_function<Char> found_scan(const char* name, const char* older) noexcept {
    scan_function<Char> found{};
    look_up(found, ::dlsym(RTLD_NEXT, name) != nullptr ? name : older);
    return found;
}

/// libc has those of C23 since 2.38; nobody calls them by an older one.
template <class Char>
scan_function<Char> real_scan(rules wanted) noexcept {
    constexpr bool wide = std::is_same_v<Char, wchar_t>;
    static const std::array<scan_function<Char>, 3> found{
        found_scan<Char>(wide ? "vfwscanf" : "vfscanf", ""),
        found_scan<Char>(wide ? "__isoc99_vfwscanf" : "__isoc99_vfscanf", ""),
        found_scan<Char>(wide ? "__isoc23_vfwscanf" : "__isoc23_vfscanf",
                         wide ? "__isoc99_vfwscanf" : "__isoc99_vfscanf")};
    return found[static_cast<std::size_t>(wanted)];
}

template <class Char>
int scan(const char* function, rules by, FILE* stream, const Char* format, std::va_list arguments) {
    const auto call = [&] { return real_scan<Char>(by)(stream, format, arguments); };
    return on_fiber(function) ? stream_call<int>(
                                    stream, EOF, [] { return false; }, call)
                              : call();
}

}  // namespace

}  // namespace weft::interpose

using weft::interpose::rules;
using weft::interpose::scan;

// The headers of libc give these names to other symbols, as the language's version says; so each
// function here says which symbol it is.
#define WEFT_SCAN(symbol, by, stream, last)                     \
    std::va_list arguments;                                     \
    va_start(arguments, last);                                  \
    const int read = scan(symbol, by, stream, last, arguments); \
    va_end(arguments);                                          \
    return read

#define WEFT_SCAN_FAMILY(tag, prefix, w, type, by)                                             \
    int weft_f##tag(FILE* stream, const type* format, ...) __asm__(prefix "f" w "scanf");      \
    int weft_##tag(const type* format, ...) __asm__(prefix w "scanf");                         \
    int weft_vf##tag(FILE* stream, const type* format,                                         \
                     std::va_list arguments) __asm__(prefix "vf" w "scanf");                   \
    int weft_v##tag(const type* format, std::va_list arguments) __asm__(prefix "v" w "scanf"); \
    int weft_f##tag(FILE* stream, const type* format, ...) {                                   \
        WEFT_SCAN(prefix "f" w "scanf", by, stream, format);                                   \
    }                                                                                          \
    int weft_##tag(const type* format, ...) {                                                  \
        WEFT_SCAN(prefix w "scanf", by, stdin, format);                                        \
    }                                                                                          \
    int weft_vf##tag(FILE* stream, const type* format, std::va_list arguments) {               \
        return scan(prefix "vf" w "scanf", by, stream, format, arguments);                     \
    }                                                                                          \
    int weft_v##tag(const type* format, std::va_list arguments) {                              \
        return scan(prefix "v" w "scanf", by, stdin, format, arguments);                       \
    }

extern "C" {

WEFT_SCAN_FAMILY(scan_gnu, "", "", char, rules::gnu)
WEFT_SCAN_FAMILY(scan_c99, "__isoc99_", "", char, rules::c99)
WEFT_SCAN_FAMILY(scan_c23, "__isoc23_", "", char, rules::c23)
WEFT_SCAN_FAMILY(wide_scan_gnu, "", "w", wchar_t, rules::gnu)
WEFT_SCAN_FAMILY(wide_scan_c99, "__isoc99_", "w", wchar_t, rules::c99)
WEFT_SCAN_FAMILY(wide_scan_c23, "__isoc23_", "w", wchar_t, rules::c23)

}  // extern "C"
