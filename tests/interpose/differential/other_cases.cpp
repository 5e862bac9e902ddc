// SPDX-License-Identifier: BSL-1.0

// Sleeping; close and dup; files; several messages.

#include "interpose/differential/case.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <string>

extern "C" {
int __close(int fd);
int __nanosleep(const timespec* wanted, timespec* left);
}

namespace weft::test {
namespace {

/// One way to sleep, brought into the form of nanosleep().
struct sleeper {
    const char* name;
    int (*call)(const timespec* wanted);
};

template <auto function>
int call(const timespec* wanted) {
    return function(wanted, nullptr);
}

constexpr auto microseconds = &::usleep;
constexpr auto whole_seconds = &::sleep;

int sleep_until_monotonic(const timespec* wanted) {
    timespec end{};
    ::clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec += wanted->tv_sec;
    end.tv_nsec += wanted->tv_nsec;
    return ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, nullptr);
}

const std::vector<sleeper>& sleepers() {
    static const std::vector<sleeper> all{
        {"nanosleep", call<&::nanosleep>},
        {"__nanosleep", call<&::__nanosleep>},
        {"clock_nanosleep",
         [](const timespec* wanted) {
             return ::clock_nanosleep(CLOCK_REALTIME, 0, wanted, nullptr);
         }},
        {"clock_nanosleep until", sleep_until_monotonic},
        {"thrd_sleep", call<&::thrd_sleep>},
        {"usleep",
         [](const timespec* wanted) {
             return microseconds(static_cast<useconds_t>(wanted->tv_nsec / 1000));
         }},
        {"sleep",
         [](const timespec* wanted) {
             return static_cast<int>(whole_seconds(static_cast<unsigned>(wanted->tv_sec)));
         }},
    };
    return all;
}

void add_sleeping(std::vector<differential_case>& to) {
    for (const sleeper& function : sleepers()) {
        const auto add = [&](const char* situation, timespec wanted) {
            to.push_back({function.name, situation, [=, f = function](session& with) {
                              timespec before{};
                              timespec after{};
                              ::clock_gettime(CLOCK_MONOTONIC, &before);
                              errno = 0;
                              with.note("sleep", f.call(&wanted));
                              with.note_text("errno", std::to_string(errno));
                              ::clock_gettime(CLOCK_MONOTONIC, &after);
                              const long slept = (after.tv_sec - before.tv_sec) * 1'000'000'000 +
                                                 after.tv_nsec - before.tv_nsec;
                              const long least = std::string_view(f.name) == "sleep"
                                                     ? 0
                                                     : wanted.tv_nsec % 1'000'000'000;
                              with.note_text("long enough", slept >= least ? "yes" : "no");
                          }});
        };
        add("5 ms", {0, 5'000'000});
        add("0", {0, 0});
        if (std::string_view(function.name).find("nanosleep") != std::string_view::npos) {
            add("too many nanoseconds", {0, 2'000'000'000});
            add("negative", {-1, 0});
        }
    }
}

void add_closing(std::vector<differential_case>& to) {
    const auto add = [&](const char* function, const char* situation, auto body) {
        to.push_back({function, situation, body});
    };
    add("close", "open, twice", [](session& with) {
        const int fd = ::dup(0);
        with.note("close", ::close(fd));
        with.note("close", ::close(fd));
    });
    add("__close", "no descriptor", [](session& with) { with.note("close", ::__close(-1)); });
    add("dup2", "onto an open one that was read", [](session& with) {
        const auto first = channel_kinds()[0].make();
        const auto second = channel_kinds()[1].make();
        std::array<char, 8> bytes{};
        with.meanwhile([fd = first.write.get()] { static_cast<void>(::write(fd, "a", 1)); });
        with.note("read", ::read(first.read.get(), bytes.data(), bytes.size()));
        with.note("dup2", ::dup2(second.read.get(), first.read.get()) == first.read.get() ? 0 : -1);
        with.meanwhile([fd = second.write.get()] { static_cast<void>(::write(fd, "bc", 2)); });
        with.note("read", ::read(first.read.get(), bytes.data(), bytes.size()));
    });
    add("dup2", "no descriptor", [](session& with) { with.note("dup2", ::dup2(-1, 5)); });
    add("dup3", "the same", [](session& with) { with.note("dup3", ::dup3(0, 0, 0)); });
    add("close", "number reused while others waited", [](session& with) {
        for (int i = 0; i < 3; ++i) {
            const auto ends = channel_kinds()[1].make();
            std::array<char, 8> bytes{};
            with.meanwhile([fd = ::dup(ends.write.get())] {
                static_cast<void>(::write(fd, "x", 1));
                ::close(fd);
            });
            with.note("read", ::read(ends.read.get(), bytes.data(), bytes.size()));
        }
    });
}

void add_flags(std::vector<differential_case>& to) {
    const auto add = [&](const char* function, const char* situation, auto body) {
        to.push_back({function, situation, body});
    };
    add("fcntl", "F_GETFL shows what F_SETFL set, after waits too", [](session& with) {
        const auto ends = channel_kinds()[4].make();
        std::array<char, 8> bytes{};
        with.meanwhile([fd = ends.write.get()] { static_cast<void>(::write(fd, "x", 1)); });
        with.note("read", ::read(ends.read.get(), bytes.data(), bytes.size()));
        with.note("F_GETFL", ::fcntl(ends.read.get(), F_GETFL));
        ::fcntl(ends.read.get(), F_SETFL, O_NONBLOCK);
        with.note("F_GETFL", ::fcntl(ends.read.get(), F_GETFL));
    });
    add("ioctl", "FIONBIO", [](session& with) {
        const auto ends = channel_kinds()[4].make();
        int on = 1;
        with.note("ioctl", ::ioctl(ends.read.get(), FIONBIO, &on));
        with.note_mode(ends.read.get());
        char byte = 0;
        with.note("recv", ::recv(ends.read.get(), &byte, 1, 0));
    });
    add("dup", "O_NONBLOCK is that of the description", [](session& with) {
        const auto ends = channel_kinds()[1].make();
        const unique_fd other(::dup(ends.read.get()));
        ::fcntl(other.get(), F_SETFL, O_NONBLOCK);
        char byte = 0;
        with.note("recv", ::recv(ends.read.get(), &byte, 1, 0));
    });
}

void add_files(std::vector<differential_case>& to) {
    to.push_back({"read", "a file of a disk", [](session& with) {
                      const unique_fd file(::memfd_create("file", MFD_CLOEXEC));
                      with.note("write", ::write(file.get(), "content", 7));
                      ::lseek(file.get(), 2, SEEK_SET);
                      std::array<char, 8> bytes{};
                      with.note("read", ::read(file.get(), bytes.data(), bytes.size()));
                      with.note_text("bytes", bytes.data());
                      with.note("read", ::read(file.get(), bytes.data(), bytes.size()));
                      with.note("offset", ::lseek(file.get(), 0, SEEK_CUR));
                  }});
    to.push_back({"write", "a file of a disk, O_APPEND", [](session& with) {
                      const unique_fd file(::open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
                      ::fcntl(file.get(), F_SETFL, O_APPEND);
                      const std::string piece(100'000, 'a');
                      with.note("write", ::write(file.get(), piece.data(), piece.size()));
                      ::lseek(file.get(), 0, SEEK_SET);
                      with.note("write", ::write(file.get(), "b", 1));
                      with.note("size", ::lseek(file.get(), 0, SEEK_END));
                  }});
    to.push_back({"read", "a directory", [](session& with) {
                      const unique_fd folder(::open(".", O_RDONLY | O_CLOEXEC));
                      char byte = 0;
                      with.note("read", ::read(folder.get(), &byte, 1));
                  }});
    to.push_back({"read", "a device", [](session& with) {
                      const unique_fd zero(::open("/dev/zero", O_RDWR | O_CLOEXEC));
                      std::array<char, 8> bytes{};
                      with.note("read", ::read(zero.get(), bytes.data(), bytes.size()));
                      with.note("write", ::write(zero.get(), bytes.data(), bytes.size()));
                  }});
}

void receive_several(session& with, int flags, const timespec* limit) {
    const auto ends = channel_kinds()[2].make();
    static_cast<void>(::write(ends.write.get(), "one", 3));
    with.meanwhile([fd = ::dup(ends.write.get())] {
        static_cast<void>(::write(fd, "second", 6));
        ::close(fd);
    });
    std::array<std::array<char, 8>, 2> bytes{};
    std::array<iovec, 2> parts{{{bytes[0].data(), 8}, {bytes[1].data(), 8}}};
    std::array<mmsghdr, 2> messages{};
    messages[0].msg_hdr.msg_iov = &parts[0];
    messages[0].msg_hdr.msg_iovlen = 1;
    messages[1].msg_hdr.msg_iov = &parts[1];
    messages[1].msg_hdr.msg_iovlen = 1;
    timespec own = limit != nullptr ? *limit : timespec{};
    const int received =
        ::recvmmsg(ends.read.get(), messages.data(), 2, flags, limit != nullptr ? &own : nullptr);
    with.note("recvmmsg", received < 0 ? -1 : 0);
    with.note_text("first", std::to_string(messages[0].msg_len));
    if ((flags & MSG_WAITFORONE) == 0 && limit == nullptr) {
        with.note_text("second", std::to_string(messages[1].msg_len));
    }
}

void add_several_messages(std::vector<differential_case>& to) {
    to.push_back({"recvmmsg", "two, one comes later",
                  [](session& with) { receive_several(with, 0, nullptr); }});
    to.push_back({"recvmmsg", "MSG_WAITFORONE",
                  [](session& with) { receive_several(with, MSG_WAITFORONE, nullptr); }});
    to.push_back({"recvmmsg", "its own time limit", [](session& with) {
                      const timespec limit{10, 0};
                      receive_several(with, MSG_WAITFORONE, &limit);
                  }});
    to.push_back({"recvmmsg", "a time limit that is none", [](session& with) {
                      const auto ends = channel_kinds()[2].make();
                      mmsghdr message{};
                      timespec limit{0, -1};
                      with.note("recvmmsg", ::recvmmsg(ends.read.get(), &message, 1, 0, &limit));
                  }});
}

}  // namespace

std::vector<differential_case> other_cases() {
    std::vector<differential_case> all;
    add_several_messages(all);
    add_sleeping(all);
    add_closing(all);
    add_flags(all);
    add_files(all);
    return all;
}

}  // namespace weft::test
