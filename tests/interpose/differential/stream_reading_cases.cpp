// SPDX-License-Identifier: BSL-1.0

// What stdio reads from pipes and sockets.

#include "interpose/differential/lock_session.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <memory>
#include <string>
#include <thread>
#include <utility>

extern "C" {
// The headers choose one of these by the language's version.
int gnu_fscanf(FILE* stream, const char* format, ...) __asm__("fscanf");
int c99_fscanf(FILE* stream, const char* format, ...) __asm__("__isoc99_fscanf");
int c23_fscanf(FILE* stream, const char* format, ...) __asm__("__isoc23_fscanf");
int gnu_scanf(const char* format, ...) __asm__("scanf");
int c99_scanf(const char* format, ...) __asm__("__isoc99_scanf");
int c99_vfscanf(FILE* stream, const char* format, std::va_list list) __asm__("__isoc99_vfscanf");
int c99_fwscanf(FILE* stream, const wchar_t* format, ...) __asm__("__isoc99_fwscanf");
int c99_wscanf(const wchar_t* format, ...) __asm__("__isoc99_wscanf");
int __uflow(FILE* stream);
char* __fgets_chk(char* into, size_t room, int size, FILE* stream);
char* __fgets_unlocked_chk(char* into, size_t room, int size, FILE* stream);
size_t __fread_chk(void* into, size_t room, size_t size, size_t count, FILE* stream);
size_t __fread_unlocked_chk(void* into, size_t room, size_t size, size_t count, FILE* stream);
wchar_t* __fgetws_chk(wchar_t* into, size_t room, int size, FILE* stream);
}

namespace weft::test {
namespace {

/// One way to read a word, a line or a character; those of stdin find the stream there. Notes what
/// it read, and returns what the function did, or whether that was not null.
struct stream_reader {
    const char* name;
    long (*call)(FILE* stream, std::string& read);
};

using read_buffer = std::array<char, 64>;
using characters = std::array<wchar_t, 64>;

/// Calls with room for a line.
template <class Call>
long with_bytes(std::string& read, Call call) {
    read_buffer room{};
    const long result = call(room);
    read = room.data();
    return result;
}

template <class Call>
long with_characters(std::string& read, Call call) {
    characters room{};
    const long result = call(room);
    for (std::size_t i = 0; room[i] != L'\0'; ++i) {
        read += static_cast<char>(room[i]);
    }
    return result;
}

template <class Call>
long with_number(std::string& read, Call call) {
    int number = 0;
    const long result =
        with_bytes(read, [&](read_buffer& room) { return call(room.data(), &number); });
    read += " and " + std::to_string(number);
    return result;
}

long scan_list(FILE* from, const char* format, ...) {
    std::va_list list;
    va_start(list, format);
    const int result = ::c99_vfscanf(from, format, list);
    va_end(list);
    return result;
}

long read_line(FILE* from, std::string& read, int end) {
    char* line = nullptr;
    std::size_t room = 0;
    const long size = ::getdelim(&line, &room, end, from);
    read = size > 0 ? line : "";
    std::free(line);
    return size;
}

constexpr const char* word_and_number = "%63s %d";

constexpr stream_reader stream_readers[] = {
    {"fgetc", [](FILE* from, std::string&) -> long { return std::fgetc(from); }},
    {"getc", [](FILE* from, std::string&) -> long { return std::getc(from); }},
    {"getchar", [](FILE*, std::string&) -> long { return std::getchar(); }},
    {"fgetc_unlocked", [](FILE* from, std::string&) -> long { return ::fgetc_unlocked(from); }},
    {"getc_unlocked", [](FILE* from, std::string&) -> long { return ::getc_unlocked(from); }},
    {"getchar_unlocked", [](FILE*, std::string&) -> long { return ::getchar_unlocked(); }},
    {"getw", [](FILE* from, std::string&) -> long { return ::getw(from); }},
    {"getdelim", [](FILE* from, std::string& read) { return read_line(from, read, ' '); }},
    {"getline", [](FILE* from, std::string& read) { return read_line(from, read, '\n'); }},
    {"fgets",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) -> long {
             return std::fgets(room.data(), 64, from) != nullptr;
         });
     }},
    {"__fgets_chk",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) -> long {
             return ::__fgets_chk(room.data(), 64, 64, from) != nullptr;
         });
     }},
    {"fgets_unlocked",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) -> long {
             return ::fgets_unlocked(room.data(), 64, from) != nullptr;
         });
     }},
    {"__fgets_unlocked_chk",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) -> long {
             return ::__fgets_unlocked_chk(room.data(), 64, 64, from) != nullptr;
         });
     }},
    {"fread",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) {
             return static_cast<long>(std::fread(room.data(), 3, 4, from));
         });
     }},
    {"__fread_chk",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) {
             return static_cast<long>(::__fread_chk(room.data(), 64, 3, 4, from));
         });
     }},
    {"fread_unlocked",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) {
             return static_cast<long>(::fread_unlocked(room.data(), 3, 4, from));
         });
     }},
    {"__fread_unlocked_chk",
     [](FILE* from, std::string& read) {
         return with_bytes(read, [&](read_buffer& room) {
             return static_cast<long>(::__fread_unlocked_chk(room.data(), 64, 3, 4, from));
         });
     }},
    {"fscanf",
     [](FILE* from, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::gnu_fscanf(from, word_and_number, word, number);
         });
     }},
    {"__isoc99_fscanf",
     [](FILE* from, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::c99_fscanf(from, word_and_number, word, number);
         });
     }},
    {"__isoc23_fscanf",
     [](FILE* from, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::c23_fscanf(from, word_and_number, word, number);
         });
     }},
    {"scanf",
     [](FILE*, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::gnu_scanf(word_and_number, word, number);
         });
     }},
    {"__isoc99_scanf",
     [](FILE*, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::c99_scanf(word_and_number, word, number);
         });
     }},
    {"__isoc99_vfscanf",
     [](FILE* from, std::string& read) {
         return with_number(read, [&](char* word, int* number) {
             return scan_list(from, word_and_number, word, number);
         });
     }},
    {"__isoc99_fwscanf",
     [](FILE* from, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::c99_fwscanf(from, L"%63s %d", word, number);
         });
     }},
    {"__isoc99_wscanf",
     [](FILE*, std::string& read) {
         return with_number(read, [&](char* word, int* number) -> long {
             return ::c99_wscanf(L"%63s %d", word, number);
         });
     }},
    {"fgetwc", [](FILE* from, std::string&) -> long { return std::fgetwc(from); }},
    {"getwc", [](FILE* from, std::string&) -> long { return std::getwc(from); }},
    {"getwchar", [](FILE*, std::string&) -> long { return std::getwchar(); }},
    {"fgetwc_unlocked", [](FILE* from, std::string&) -> long { return ::fgetwc_unlocked(from); }},
    {"fgetws",
     [](FILE* from, std::string& read) {
         return with_characters(read, [&](characters& room) -> long {
             return std::fgetws(room.data(), 64, from) != nullptr;
         });
     }},
    {"__fgetws_chk",
     [](FILE* from, std::string& read) {
         return with_characters(read, [&](characters& room) -> long {
             return ::__fgetws_chk(room.data(), 64, 64, from) != nullptr;
         });
     }},
    {"fgetws_unlocked",
     [](FILE* from, std::string& read) {
         return with_characters(read, [&](characters& room) -> long {
             return ::fgetws_unlocked(room.data(), 64, from) != nullptr;
         });
     }},
};

/// A stream that stands in for stdin, too.
class source {
public:
    source(unique_fd fd, int buffering)
        : stream_(::fdopen(fd.release(), "r")), before_(std::exchange(stdin, stream_)) {
        std::setvbuf(stream_, nullptr, buffering, BUFSIZ);
    }
    source(const source&) = delete;
    source& operator=(const source&) = delete;
    ~source() {
        stdin = before_;
        std::fclose(stream_);
    }

    [[nodiscard]] FILE* get() const noexcept { return stream_; }

private:
    FILE* stream_;
    FILE* before_;
};

/// Calls until the end of the file, or an error.
void read_all(session& with, const stream_reader& reader, FILE* from) {
    for (int calls = 0; calls < 100; ++calls) {
        std::string read;
        errno = 0;
        const long result = reader.call(from, read);
        with.note(reader.name, result);
        with.note_text("read", read);
        if (std::feof(from) != 0 || std::ferror(from) != 0) {
            break;
        }
    }
    with.note("feof", std::feof(from));
    with.note("ferror", std::ferror(from));
}

constexpr const char* some_lines = "one 1\ntwo 2\nthree 3\n";

void read_what_is_there(session& with, const stream_reader& reader) {
    for (const int buffering : {_IOFBF, _IONBF}) {
        auto ends = channel_kinds()[0].make();
        with.note("write", ::write(ends.write.get(), some_lines, std::strlen(some_lines)));
        ends.write.reset();
        const source from(std::move(ends.read), buffering);
        read_all(with, reader, from.get());
    }
}

void read_what_comes_later(session& with, const stream_reader& reader) {
    for (const std::size_t kind : {0UL, 1UL}) {
        auto ends = channel_kinds()[kind].make();
        const source from(std::move(ends.read), _IOFBF);
        const auto written = std::make_shared<gate>();
        with.meanwhile([written, to = std::make_shared<unique_fd>(std::move(ends.write))] {
            for (const char* piece : {"o", "ne 1\ntw", "o 2\n", "three 3"}) {
                static_cast<void>(::write(to->get(), piece, std::strlen(piece)));
                std::this_thread::yield();
            }
            to->reset();
            written->open();
        });
        read_all(with, reader, from.get());
        written->pass();
    }
}

void read_without_blocking(session& with, const stream_reader& reader) {
    auto ends = channel_kinds()[0].make();
    ::fcntl(ends.read.get(), F_SETFL, O_NONBLOCK);
    const source from(std::move(ends.read), _IOFBF);
    read_all(with, reader, from.get());
}

void refill_one(session& with) {
    auto ends = channel_kinds()[0].make();
    const source from(std::move(ends.read), _IOFBF);
    with.meanwhile([to = std::make_shared<unique_fd>(std::move(ends.write))] {
        static_cast<void>(::write(to->get(), "ab", 2));
    });
    with.note("__uflow", ::__uflow(from.get()));
    with.note("getc_unlocked", ::getc_unlocked(from.get()));
    errno = 0;
    with.note("__uflow", ::__uflow(from.get()));
}

}  // namespace

std::vector<differential_case> stream_reading_cases() {
    std::vector<differential_case> all;
    for (const stream_reader& reader : stream_readers) {
        const auto add = [&](const char* situation, auto body) {
            all.push_back({reader.name, situation,
                           [=, reader = &reader](session& with) { body(with, *reader); }});
        };
        add("there", read_what_is_there);
        add("comes later, in pieces", read_what_comes_later);
        add("empty, O_NONBLOCK", read_without_blocking);
    }
    all.push_back({"__uflow", "comes later; the end", refill_one});
    return all;
}

}  // namespace weft::test
