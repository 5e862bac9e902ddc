// SPDX-License-Identifier: BSL-1.0

// What stdio writes to pipes and sockets, in all modes of buffering.

#include "interpose/differential/lock_session.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <cwchar>
#include <span>
#include <string_view>

extern "C" {
int __fprintf_chk(FILE* stream, int flag, const char* format, ...);
int __vfprintf_chk(FILE* stream, int flag, const char* format, std::va_list arguments);
int __printf_chk(int flag, const char* format, ...);
int __vprintf_chk(int flag, const char* format, std::va_list arguments);
int __dprintf_chk(int fd, int flag, const char* format, ...);
int __vdprintf_chk(int fd, int flag, const char* format, std::va_list arguments);
int __fwprintf_chk(FILE* stream, int flag, const wchar_t* format, ...);
int __wprintf_chk(int flag, const wchar_t* format, ...);
int __overflow(FILE* stream, int character);
}

namespace weft::test {
namespace {

/// One way to write a text and a number; those for stdout find the stream there.
struct stream_writer {
    const char* name;
    long (*call)(FILE* stream, const char* text);
};

template <class Call>
long with_list(Call call, const char* format, ...) {
    std::va_list arguments;
    va_start(arguments, format);
    const long result = call(format, arguments);
    va_end(arguments);
    return result;
}

constexpr const char* text_and_number = "%s %d";

constexpr stream_writer stream_writers[] = {
    {"fprintf",
     [](FILE* to, const char* text) -> long { return std::fprintf(to, text_and_number, text, 7); }},
    {"vfprintf",
     [](FILE* to, const char* text) {
         return with_list([&](auto f, auto list) { return std::vfprintf(to, f, list); },
                          text_and_number, text, 7);
     }},
    {"printf",
     [](FILE*, const char* text) -> long { return std::printf(text_and_number, text, 7); }},
    {"vprintf",
     [](FILE*, const char* text) {
         return with_list([&](auto f, auto list) { return std::vprintf(f, list); }, text_and_number,
                          text, 7);
     }},
    {"dprintf",
     [](FILE* to, const char* text) -> long {
         return ::dprintf(::fileno(to), text_and_number, text, 7);
     }},
    {"vdprintf",
     [](FILE* to, const char* text) {
         return with_list([&](auto f, auto list) { return ::vdprintf(::fileno(to), f, list); },
                          text_and_number, text, 7);
     }},
    {"__fprintf_chk",
     [](FILE* to, const char* text) -> long {
         return ::__fprintf_chk(to, 1, text_and_number, text, 7);
     }},
    {"__vfprintf_chk",
     [](FILE* to, const char* text) {
         return with_list([&](auto f, auto list) { return ::__vfprintf_chk(to, 1, f, list); },
                          text_and_number, text, 7);
     }},
    {"__printf_chk",
     [](FILE*, const char* text) -> long { return ::__printf_chk(1, text_and_number, text, 7); }},
    {"__vprintf_chk",
     [](FILE*, const char* text) {
         return with_list([&](auto f, auto list) { return ::__vprintf_chk(1, f, list); },
                          text_and_number, text, 7);
     }},
    {"__dprintf_chk",
     [](FILE* to, const char* text) -> long {
         return ::__dprintf_chk(::fileno(to), 1, text_and_number, text, 7);
     }},
    {"__vdprintf_chk",
     [](FILE* to, const char* text) {
         return with_list(
             [&](auto f, auto list) { return ::__vdprintf_chk(::fileno(to), 1, f, list); },
             text_and_number, text, 7);
     }},
    {"puts", [](FILE*, const char* text) -> long { return std::puts(text); }},
    {"fputs", [](FILE* to, const char* text) -> long { return std::fputs(text, to) >= 0; }},
    {"fputc", [](FILE* to, const char* text) -> long { return std::fputc(text[0], to); }},
    {"putc", [](FILE* to, const char*) -> long { return std::putc('\n', to); }},
    {"putchar", [](FILE*, const char* text) -> long { return std::putchar(text[0]); }},
    {"perror",
     [](FILE* to, const char* text) -> long {
         FILE* const before = std::exchange(stderr, to);
         errno = ENOENT;
         std::perror(text);
         stderr = before;
         return errno;
     }},
    {"putw", [](FILE* to, const char*) -> long { return ::putw(7, to); }},
    {"fputs_unlocked",
     [](FILE* to, const char* text) -> long { return ::fputs_unlocked(text, to) >= 0; }},
    {"fputc_unlocked",
     [](FILE* to, const char* text) -> long { return ::fputc_unlocked(text[0], to); }},
    {"putc_unlocked", [](FILE* to, const char*) -> long { return ::putc_unlocked('\n', to); }},
    {"putchar_unlocked",
     [](FILE*, const char* text) -> long { return ::putchar_unlocked(text[0]); }},
    {"__overflow", [](FILE* to, const char*) -> long { return ::__overflow(to, 'o'); }},
    {"fwrite_unlocked",
     [](FILE* to, const char* text) -> long {
         return static_cast<long>(::fwrite_unlocked(text, 1, std::strlen(text), to));
     }},
    {"fwprintf",
     [](FILE* to, const char* text) -> long { return std::fwprintf(to, L"%s %d", text, 7); }},
    {"wprintf", [](FILE*, const char* text) -> long { return std::wprintf(L"%s %d", text, 7); }},
    {"__fwprintf_chk",
     [](FILE* to, const char* text) -> long { return ::__fwprintf_chk(to, 1, L"%s %d", text, 7); }},
    {"__wprintf_chk",
     [](FILE*, const char* text) -> long { return ::__wprintf_chk(1, L"%s %d", text, 7); }},
    {"fputws",
     [](FILE* to, const char* text) -> long {
         return std::fputws(std::wstring(text, text + std::strlen(text)).c_str(), to) >= 0;
     }},
    {"fputwc", [](FILE* to, const char*) -> long { return std::fputwc(L'w', to); }},
    {"putwc", [](FILE* to, const char*) -> long { return std::putwc(L'\n', to); }},
    {"putwchar", [](FILE*, const char*) -> long { return std::putwchar(L'w'); }},
    {"fwrite",
     [](FILE* to, const char* text) -> long {
         return static_cast<long>(std::fwrite(text, 1, std::strlen(text), to));
     }},
};

/// A stream that stands in for stdout, too.
class stream_session {
public:
    stream_session(unique_fd fd, int buffering)
        : stream_(::fdopen(fd.release(), "w")), before_(stdout) {
        std::setvbuf(stream_, nullptr, buffering, BUFSIZ);
        stdout = stream_;
    }
    stream_session(const stream_session&) = delete;
    stream_session& operator=(const stream_session&) = delete;
    ~stream_session() {
        if (stream_ != nullptr) {
            close();
        }
    }

    [[nodiscard]] FILE* get() const noexcept { return stream_; }

    int close() {
        stdout = before_;
        return std::fclose(std::exchange(stream_, nullptr));
    }

private:
    FILE* stream_;
    FILE* before_;
};

constexpr int bufferings[] = {_IOFBF, _IOLBF, _IONBF};

/// fwprintf() of glibc 2.36 writes past the end of a stream that has no buffer.
std::span<const int> bufferings_for(const stream_writer& writer) {
    const bool unsafe = std::string_view(writer.name).find("wprintf") != std::string_view::npos;
    return std::span(bufferings).first(unsafe ? 2 : 3);
}

/// What another one reads meanwhile, to the end.
struct bytes_read {
    std::string read;
    gate ended;
};

std::shared_ptr<bytes_read> read_meanwhile(session& with, unique_fd from) {
    auto all = std::make_shared<bytes_read>();
    with.meanwhile([all, fd = std::make_shared<unique_fd>(std::move(from))] {
        std::array<char, 16384> piece;
        for (ssize_t size = 0; (size = ::read(fd->get(), piece.data(), piece.size())) > 0;) {
            all->read.append(piece.data(), static_cast<std::size_t>(size));
        }
        all->ended.open();
    });
    return all;
}

void write_lengths(session& with, const stream_writer& writer) {
    for (const int buffering : bufferings_for(writer)) {
        for (const std::size_t length : {0UL, 5UL, 600UL, 5000UL, 200'000UL}) {
            auto ends = channel_kinds()[length % 2].make();
            const auto all = read_meanwhile(with, std::move(ends.read));
            stream_session to(std::move(ends.write), buffering);
            const std::string text(length, 'a');
            for (int i = 0; i < 3; ++i) {
                with.note(writer.name, writer.call(to.get(), text.c_str()));
            }
            with.note("fclose", to.close());
            all->ended.pass();
            with.note_text("length", std::to_string(all->read.size()));
            with.note_text("hash", std::to_string(std::hash<std::string>()(all->read)));
        }
    }
}

void write_to_nobody(session& with, const stream_writer& writer) {
    for (const int buffering : bufferings_for(writer)) {
        auto ends = channel_kinds()[0].make();
        ends.read.reset();
        stream_session to(std::move(ends.write), buffering);
        const std::string text(9000, 'a');
        with.note(writer.name, writer.call(to.get(), text.c_str()));
        with.note("ferror", std::ferror(to.get()));
        with.note("fclose", to.close());
        with.note_broken_pipe();
    }
}

void write_where_it_is_full(session& with, const stream_writer& writer) {
    for (const int buffering : bufferings_for(writer)) {
        auto ends = channel_kinds()[0].make();
        fill(ends.write.get());
        stream_session to(std::move(ends.write), buffering);
        const auto all = read_meanwhile(with, std::move(ends.read));
        with.note(writer.name, writer.call(to.get(), "text\n"));
        with.note("fflush", std::fflush(to.get()));
        with.note("fclose", to.close());
        all->ended.pass();
        with.note_text("end", all->read.substr(all->read.find_last_of('f') + 1));
    }
}

void write_without_blocking(session& with, const stream_writer& writer) {
    auto ends = channel_kinds()[0].make();
    fill(ends.write.get());
    ::fcntl(ends.write.get(), F_SETFL, O_WRONLY | O_NONBLOCK);
    stream_session to(std::move(ends.write), bufferings_for(writer).back());
    with.note(writer.name, writer.call(to.get(), "text"));
    with.note("ferror", std::ferror(to.get()));
}

void write_under_a_lock(session& with) {
    auto ends = channel_kinds()[0].make();
    const auto all = read_meanwhile(with, std::move(ends.read));
    stream_session to(std::move(ends.write), _IONBF);
    ::flockfile(to.get());
    with.note("fprintf", std::fprintf(to.get(), "%d", 12));
    with.note("fputs", std::fputs("text", to.get()) >= 0);
    ::funlockfile(to.get());
    with.note("fclose", to.close());
    all->ended.pass();
    with.note_text("read", all->read);
}

void format_in_many_ways(session& with) {
    auto ends = channel_kinds()[0].make();
    const auto all = read_meanwhile(with, std::move(ends.read));
    stream_session to(std::move(ends.write), _IOFBF);
    int so_far = 0;
    errno = ENOENT;
    // Not known to the compiler, which would say that they are not of C++.
    const std::vector<const char*> formats{"%m %5.2f %-4d| %*d %s%n", "%2$s %1$s"};
    with.note("fprintf", std::fprintf(to.get(), formats[0], 3.14159, 7, 5, 42, "text", &so_far));
    with.note("so far", so_far);
    with.note("fprintf", std::fprintf(to.get(), formats[1], "one", "two"));
    with.note("fprintf", std::fprintf(to.get(), "%s", ""));
    with.note("fprintf", std::fprintf(to.get(), "%lc", static_cast<wint_t>(0x20AC)));
    with.note("fclose", to.close());
    all->ended.pass();
    with.note_text("read", all->read);
}

}  // namespace

std::vector<differential_case> stream_cases() {
    std::vector<differential_case> all;
    for (const stream_writer& writer : stream_writers) {
        const auto add = [&](const char* situation, auto body) {
            all.push_back({writer.name, situation,
                           [=, writer = &writer](session& with) { body(with, *writer); }});
        };
        add("all lengths, three kinds of buffers", write_lengths);
        add("the reader is gone", write_to_nobody);
        add("full, room comes later", write_where_it_is_full);
        add("full, O_NONBLOCK", write_without_blocking);
    }
    all.push_back({"fprintf, fputs", "under flockfile()", write_under_a_lock});
    all.push_back({"fprintf", "many formats", format_in_many_ways});
    return all;
}

}  // namespace weft::test
