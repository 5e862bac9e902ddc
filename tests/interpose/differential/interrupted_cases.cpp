// SPDX-License-Identifier: BSL-1.0

// Each call that waits, while the handler of a signal runs again and again, without SA_RESTART and
// with it. The waiting ends with the first handler, or by what another thread does after many.

#include "interpose/differential/lock_session.hpp"
#include "interpose/differential/signal_scene.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>

#include <array>
#include <csignal>
#include <cstdio>

namespace weft::test {
namespace {

int told_by_handler = -1;

/// It calls more than a fiber may before others have their turn.
void tell_of_signal(int) {
    pollfd nothing{-1, 0, 0};
    for (int i = 0; i < 100; ++i) {
        ::poll(&nothing, 1, 0);
    }
    static_cast<void>(::write(told_by_handler, "h", 1));
}

/// A signal whose handler tells that it runs.
class told_signal {
public:
    told_signal(int number, int flags) : number_(number) {
        ::fcntl(ends_.write.get(), F_SETFL, O_NONBLOCK);
        told_by_handler = ends_.write.get();
        struct sigaction wanted {};
        wanted.sa_handler = &tell_of_signal;
        wanted.sa_flags = flags;
        ::sigaction(number, &wanted, &before_);
    }
    told_signal(const told_signal&) = delete;
    told_signal& operator=(const told_signal&) = delete;
    ~told_signal() { ::sigaction(number_, &before_, nullptr); }

    /// Waits for the handler. False: over() was called.
    bool next() {
        char told = 0;
        while (::read(ends_.read.get(), &told, 1) < 0 && errno == EINTR) {
        }
        return told == 'h';
    }

    void over() { static_cast<void>(::write(ends_.write.get(), "o", 1)); }

private:
    int number_;
    channel_ends ends_ = channel_kinds()[0].make();
    struct sigaction before_ {};
};

/// SIGALRM every 2 ms.
class alarms {
public:
    alarms() { set(2000); }
    ~alarms() { set(0); }
    alarms(const alarms&) = delete;
    alarms& operator=(const alarms&) = delete;

private:
    static void set(suseconds_t interval) {
        const itimerval times{{0, interval}, {0, interval}};
        ::setitimer(ITIMER_REAL, &times, nullptr);
    }
};

void taken_semaphore(scene& at) {
    ::sem_init(&at.semaphore, 0, 0);
    at.finish = [&at] { ::sem_post(&at.semaphore); };
}

void running_child(scene& at) {
    at.child = ::fork();
    if (at.child == 0) {
        for (;;) {
            ::pause();
        }
    }
    at.finish = [&at] { ::kill(at.child, SIGKILL); };
}

/// A file that is locked by another description of it.
template <class Lock, class Unlock>
void locked_file(scene& at, Lock lock, Unlock unlock) {
    at.ends.read.reset(::memfd_create("locked", MFD_CLOEXEC));
    const std::string path = "/proc/self/fd/" + std::to_string(at.ends.read.get());
    at.ends.write.reset(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    lock(at.ends.write.get());
    at.finish = [&at, unlock] { unlock(at.ends.write.get()); };
}

void flocked_file(scene& at) {
    locked_file(
        at, [](int fd) { ::flock(fd, LOCK_EX); }, [](int fd) { ::flock(fd, LOCK_UN); });
}

int control_lock(int fd, int command, short kind) {
    struct flock wanted {};
    wanted.l_type = kind;
    wanted.l_whence = SEEK_SET;
    return ::fcntl(fd, command, &wanted);
}

void record_locked_file(scene& at) {
    locked_file(
        at, [](int fd) { control_lock(fd, F_OFD_SETLK, F_WRLCK); },
        [](int fd) { control_lock(fd, F_OFD_SETLK, F_UNLCK); });
}

void line_later(scene& at) {
    at.ends = channel_kinds()[0].make();
    at.finish = [&at] { static_cast<void>(::write(at.ends.write.get(), "x\n", 2)); };
}

timespec in_a_minute(clockid_t source) {
    timespec now{};
    ::clock_gettime(source, &now);
    now.tv_sec += 60;
    return now;
}

std::array<char, 64> bytes_of_line;

// The functions that are tested, not some to wait with.
constexpr auto interrupted_sleep = &::sleep;
constexpr auto interrupted_usleep = &::usleep;
constexpr auto interrupted_nanosleep = &::nanosleep;
constexpr auto interrupted_clock_nanosleep = &::clock_nanosleep;
constexpr auto interrupted_thrd_sleep = &::thrd_sleep;

std::vector<waiting_call> sleeping_calls() {
    return {
        {"nanosleep", "", no_preparation,
         [](session& with, scene&) {
             const timespec wanted{60, 0};
             timespec rest{};
             with.note("nanosleep", interrupted_nanosleep(&wanted, &rest));
             note_rest(with, rest.tv_sec);
         }},
        {"clock_nanosleep", "", no_preparation,
         [](session& with, scene&) {
             const timespec wanted{60, 0};
             timespec rest{};
             with.note("clock_nanosleep",
                       interrupted_clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, &rest));
             note_rest(with, rest.tv_sec);
         }},
        {"clock_nanosleep until", "", no_preparation,
         [](session& with, scene&) {
             const timespec wanted = in_a_minute(CLOCK_MONOTONIC);
             with.note("clock_nanosleep", interrupted_clock_nanosleep(
                                              CLOCK_MONOTONIC, TIMER_ABSTIME, &wanted, nullptr));
         }},
        {"usleep", "", no_preparation,
         [](session& with, scene&) { with.note("usleep", interrupted_usleep(60'000'000)); }},
        {"sleep", "", no_preparation,
         [](session& with, scene&) { note_rest(with, interrupted_sleep(60)); }},
        {"thrd_sleep", "", no_preparation,
         [](session& with, scene&) {
             const timespec wanted{60, 0};
             timespec rest{};
             errno = 0;  // it leaves that alone
             with.note("thrd_sleep", interrupted_thrd_sleep(&wanted, &rest));
             note_rest(with, rest.tv_sec);
         }},
        {"pause", "", no_preparation, [](session& with, scene&) { with.note("pause", ::pause()); }},
        {"sigsuspend", "", no_preparation,
         [](session& with, scene&) {
             const sigset_t mask = mask_with_one_more();
             with.note("sigsuspend", ::sigsuspend(&mask));
         }},
    };
}

volatile std::sig_atomic_t real_time_handled = 0;

void count_real_time(int) {
    real_time_handled = real_time_handled + 1;
}

/// How many of them do not have their default action.
int real_time_signals_taken() {
    int taken = 0;
    real_time_handled = 0;
    for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) {
        struct sigaction now {};
        ::sigaction(number, nullptr, &now);
        taken += now.sa_handler != SIG_DFL ? 1 : 0;
    }
    return taken;
}

std::vector<waiting_call> other_calls() {
    return {
        {"sem_wait", "", taken_semaphore,
         [](session& with, scene& at) { with.note("sem_wait", ::sem_wait(&at.semaphore)); }},
        {"sem_timedwait", "", taken_semaphore,
         [](session& with, scene& at) {
             const timespec limit = in_a_minute(CLOCK_REALTIME);
             with.note("sem_timedwait", ::sem_timedwait(&at.semaphore, &limit));
         }},
        {"waitpid", "", running_child,
         [](session& with, scene& at) {
             with.note("waitpid", ::waitpid(at.child, nullptr, 0) < 0 ? -1 : 0);
         }},
        {"wait", "", running_child,
         [](session& with, scene&) { with.note("wait", ::wait(nullptr) < 0 ? -1 : 0); }},
        {"waitpid", "WUNTRACED, the program looks at real-time signals and handles them",
         running_child,
         [](session& with, scene& at) {
             with.note("waitpid", ::waitpid(at.child, nullptr, WUNTRACED) < 0 ? -1 : 0);
             with.note("taken", real_time_signals_taken());
             for (int number = SIGRTMAX; number > SIGRTMAX - 4; --number) {
                 const sighandler_t before = ::signal(number, &count_real_time);
                 with.note_text("before", before == SIG_DFL ? "default" : "another");
                 ::raise(number);
             }
             with.note("handled", real_time_handled);
             with.note("taken", real_time_signals_taken());
             with.note("waitpid", ::waitpid(at.child, nullptr, WUNTRACED) < 0 ? -1 : 0);
             for (int number = SIGRTMAX; number > SIGRTMAX - 4; --number) {
                 ::signal(number, SIG_DFL);
             }
             with.note("taken", real_time_signals_taken());
         }},
        {"flock", "", flocked_file,
         [](session& with, scene& at) {
             with.note("flock", ::flock(at.ends.read.get(), LOCK_EX));
         }},
        {"fcntl", "F_OFD_SETLKW", record_locked_file,
         [](session& with, scene& at) {
             with.note("fcntl", control_lock(at.ends.read.get(), F_OFD_SETLKW, F_WRLCK));
         }},
        {"fgets", "", line_later,
         [](session& with, scene& at) {
             std::FILE* const stream = ::fdopen(::dup(at.ends.read.get()), "r");
             with.note("fgets", std::fgets(bytes_of_line.data(), 8, stream) == nullptr ? -1 : 0);
             std::fclose(stream);
         }},
    };
}

/// Makes the call while signals arrive. If they do not end it, it ends after some of them: few
/// where that is meant to be, else more than the start of a thread takes on a busy machine.
void call_under_signals(session& with, const waiting_call& tested, int flags) {
    scene at;
    tested.prepare(at);
    told_signal each(SIGALRM, flags);
    const int most = (flags & SA_RESTART) != 0 ? 20 : 5000;
    gate finished;
    with.meanwhile([&, most] {
        for (int i = 0; i < most && each.next(); ++i) {
        }
        at.finish();
        finished.open();
    });
    {
        const alarms begun;
        tested.call(with, at);
    }
    each.over();
    finished.pass();
    if (at.child > 0) {
        ::waitpid(at.child, nullptr, 0);
    }
}

/// Another thread sends the signal to the caller's, until the call is over.
void call_under_directed_signals(session& with, const waiting_call& tested) {
    scene at;
    tested.prepare(at);
    told_signal each(SIGUSR1, 0);
    gate finished;
    with.meanwhile([&, caller = ::pthread_self()] {
        do {
            ::pthread_kill(caller, SIGUSR1);
        } while (each.next());
        finished.open();
    });
    tested.call(with, at);
    each.over();
    finished.pass();
}

std::string situation_under_handler(const waiting_call& tested, const char* handler) {
    return *tested.about != '\0' ? std::string(tested.about) + ", " + handler : handler;
}

}  // namespace

std::vector<differential_case> interrupted_cases() {
    std::vector<differential_case> all;
    for (const auto& calls :
         {interrupted_transfers(), interrupted_polling(), sleeping_calls(), other_calls()}) {
        for (const waiting_call& each : calls) {
            all.push_back({each.name, situation_under_handler(each, "a handler runs"),
                           [each](session& with) { call_under_signals(with, each, 0); }});
            all.push_back({each.name,
                           situation_under_handler(each, "a handler with SA_RESTART runs"),
                           [each](session& with) { call_under_signals(with, each, SA_RESTART); }});
        }
    }
    for (const waiting_call& each : {interrupted_transfers().front(), interrupted_polling().front(),
                                     sleeping_calls().front()}) {
        all.push_back({each.name, "pthread_kill() by another thread",
                       [each](session& with) { call_under_directed_signals(with, each); }});
    }
    return all;
}

}  // namespace weft::test
