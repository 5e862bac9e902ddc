// SPDX-License-Identifier: BSL-1.0

// Initializations that run once; barriers; spin locks.

#include "interpose/differential/lock_session.hpp"

#include <locale.h>
#include <stdlib.h>

#include <atomic>
#include <mutex>
#include <stdexcept>

namespace weft::test {
namespace {

// Functions of pthread_once() take no argument.
std::atomic<int> routine_calls = 0;

void plain_routine() {
    ++routine_calls;
}

void waiting_routine() {
    for (int i = 0; i < 20; ++i) {
        ::sched_yield();
    }
    ++routine_calls;
}

void failing_routine() {
    if (++routine_calls == 1) {
        throw std::runtime_error("at first");
    }
}

template <class Control, class Call>
void run_once_each(session& with, Control fresh, Call call) {
    routine_calls = 0;
    const auto control = std::make_shared<Control>(fresh);
    const auto ended = std::make_shared<gate>();
    for (int i = 0; i < 3; ++i) {
        with.meanwhile([=] {
            call(control.get());
            ended->open();
        });
    }
    call(control.get());
    with.note_text("calls", std::to_string(routine_calls));
    for (int i = 0; i < 3; ++i) {
        ended->pass();
    }
    with.note_text("calls", std::to_string(routine_calls));
}

void fail_at_first(session& with) {
    routine_calls = 0;
    pthread_once_t control = PTHREAD_ONCE_INIT;
    for (int i = 0; i < 3; ++i) {
        try {
            with.note("pthread_once", ::pthread_once(&control, failing_routine));
        } catch (const std::runtime_error& error) {
            with.note_text("thrown", error.what());
        }
    }
    with.note_text("calls", std::to_string(routine_calls));
}

void call_several_flags_at_once(session& with) {
    struct flags {
        std::once_flag each[8];
        std::atomic<int> sum = 0;
        gate ended;
    };
    const auto shared = std::make_shared<flags>();
    const auto visit = [shared] {
        for (int i = 0; i < 8; ++i) {
            std::call_once(shared->each[i], [&, i] {
                ::sched_yield();
                shared->sum += i;
            });
        }
    };
    for (int i = 0; i < 2; ++i) {
        with.meanwhile([=] {
            visit();
            shared->ended.open();
        });
    }
    visit();
    shared->ended.pass();
    shared->ended.pass();
    with.note_text("sum", std::to_string(shared->sum));
}

int made_slowly() {
    waiting_routine();
    return routine_calls;
}

/// A static variable of a function of its own for each session, so that both initialize one.
template <int number>
int static_variable() {
    static const int value = made_slowly();
    return value;
}

void initialize_static_variable(session& with) {
    static std::atomic<int> session_number = 0;
    const auto call = session_number++ % 2 == 0 ? static_variable<0> : static_variable<1>;
    const auto ended = std::make_shared<gate>();
    routine_calls = 0;
    with.meanwhile([=] {
        call();
        ended->open();
    });
    with.note("value", call());
    ended->pass();
    with.note_text("calls", std::to_string(routine_calls));
}

void add_once_cases(std::vector<differential_case>& to) {
    to.push_back({"pthread_once", "several at once", [](session& with) {
                      run_once_each(with, PTHREAD_ONCE_INIT, [](pthread_once_t* control) {
                          ::pthread_once(control, waiting_routine);
                      });
                  }});
    to.push_back({"pthread_once", "twice", [](session& with) {
                      routine_calls = 0;
                      pthread_once_t control = PTHREAD_ONCE_INIT;
                      with.note("pthread_once", ::pthread_once(&control, plain_routine));
                      with.note("pthread_once", ::pthread_once(&control, plain_routine));
                      with.note_text("calls", std::to_string(routine_calls));
                  }});
    to.push_back({"pthread_once", "throws at first", fail_at_first});
    to.push_back({"call_once", "several at once", [](session& with) {
                      run_once_each(with, once_flag(ONCE_FLAG_INIT), [](once_flag* control) {
                          ::call_once(control, waiting_routine);
                      });
                  }});
    to.push_back(
        {"std::call_once", "several flags, functions that wait", call_several_flags_at_once});
    to.push_back({"__cxa_guard_acquire", "two at once", initialize_static_variable});
}

struct shared_barrier {
    explicit shared_barrier(unsigned parties) { ::pthread_barrier_init(&handle, nullptr, parties); }

    pthread_barrier_t handle{};
    std::atomic<int> serial = 0;
    gate ended;
};

void meet(session& with, unsigned parties, int rounds) {
    const auto barrier = std::make_shared<shared_barrier>(parties);
    const auto visit = [barrier, rounds] {
        for (int i = 0; i < rounds; ++i) {
            barrier->serial +=
                ::pthread_barrier_wait(&barrier->handle) == PTHREAD_BARRIER_SERIAL_THREAD ? 1 : 0;
        }
    };
    for (unsigned i = 1; i < parties; ++i) {
        with.meanwhile([=] {
            visit();
            barrier->ended.open();
        });
    }
    visit();
    for (unsigned i = 1; i < parties; ++i) {
        barrier->ended.pass();
    }
    with.note_text("serial", std::to_string(barrier->serial));
    note_error(with, "destroy", [&] { return ::pthread_barrier_destroy(&barrier->handle); });
}

void spin(session& with) {
    struct shared_spin {
        pthread_spinlock_t handle{};
        int count = 0;
        gate ended;
    };
    const auto lock = std::make_shared<shared_spin>();
    ::pthread_spin_init(&lock->handle, PTHREAD_PROCESS_PRIVATE);
    const auto visit = [lock] {
        for (int i = 0; i < 20; ++i) {
            ::pthread_spin_lock(&lock->handle);
            ++lock->count;
            ::sched_yield();
            ::pthread_spin_unlock(&lock->handle);
        }
    };
    with.meanwhile([=] {
        visit();
        lock->ended.open();
    });
    visit();
    lock->ended.pass();
    with.note_text("count", std::to_string(lock->count));
    ::pthread_spin_lock(&lock->handle);
    note_error(with, "trylock", [&] { return ::pthread_spin_trylock(&lock->handle); });
}

/// The locale of one is not that of another, before, while and after it has one.
void use_locales(session& with) {
    const auto ended = std::make_shared<gate>();
    const auto note = [&](const char* when) { with.note_text(when, std::to_string(MB_CUR_MAX)); };
    const locale_t wide = ::newlocale(LC_ALL_MASK, "C.UTF-8", nullptr);
    note("at first");
    with.note_text("had one", ::uselocale(wide) == LC_GLOBAL_LOCALE ? "no" : "yes");
    note("set");
    const auto seen = std::make_shared<std::string>();
    with.meanwhile([=] {
        *seen += std::to_string(MB_CUR_MAX);
        *seen += ::uselocale(nullptr) == LC_GLOBAL_LOCALE ? " global" : " own";
        ::uselocale(::newlocale(LC_ALL_MASK, "C", nullptr));  // and ends with it
        ended->open();
    });
    ended->pass();
    note("after the other");
    with.note_text("other", *seen);
    with.note_text("is", ::uselocale(LC_GLOBAL_LOCALE) == wide ? "its own" : "another");
    ::freelocale(wide);
    with.note_text("has one", ::uselocale(nullptr) == LC_GLOBAL_LOCALE ? "no" : "yes");
    note("at last");
}

void add_barrier_cases(std::vector<differential_case>& to) {
    to.push_back({"pthread_barrier_wait", "alone", [](session& with) { meet(with, 1, 2); }});
    to.push_back(
        {"pthread_barrier_wait", "three, some rounds", [](session& with) { meet(with, 3, 5); }});
    to.push_back({"pthread_barrier_init", "for nobody", [](session& with) {
                      pthread_barrier_t barrier;
                      note_error(with, "init",
                                 [&] { return ::pthread_barrier_init(&barrier, nullptr, 0); });
                  }});
    to.push_back({"pthread_spin_lock", "two in turns", spin});
    to.push_back({"uselocale", "each has its own", use_locales});
}

}  // namespace

std::vector<differential_case> once_cases() {
    std::vector<differential_case> all;
    add_once_cases(all);
    add_barrier_cases(all);
    return all;
}

}  // namespace weft::test
