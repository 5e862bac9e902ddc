// SPDX-License-Identifier: BSL-1.0

// Conditions and semaphores.

#include "interpose/differential/lock_session.hpp"

#include <semaphore.h>

namespace weft::test {
namespace {

struct shared_condition {
    explicit shared_condition(clockid_t source = CLOCK_REALTIME,
                              int type = PTHREAD_MUTEX_ERRORCHECK) {
        pthread_condattr_t attributes;
        ::pthread_condattr_init(&attributes);
        ::pthread_condattr_setclock(&attributes, source);
        ::pthread_cond_init(&condition, &attributes);
        ::pthread_condattr_destroy(&attributes);
        pthread_mutexattr_t of_mutex;
        ::pthread_mutexattr_init(&of_mutex);
        ::pthread_mutexattr_settype(&of_mutex, type);
        ::pthread_mutex_init(&mutex, &of_mutex);
        ::pthread_mutexattr_destroy(&of_mutex);
    }

    pthread_cond_t condition{};
    pthread_mutex_t mutex{};
    int waiting = 0;
    bool happened = false;
    gate ended;
};

using condition_pointer = std::shared_ptr<shared_condition>;

/// One way to wait. `limit`: not of those that have none.
struct condition_waiter {
    const char* name;
    int (*call)(shared_condition& at, const timespec* limit);
    clockid_t source;     // of the limit
    clockid_t condition;  // of the condition
    bool limited;
};

cnd_t* as_c11(pthread_cond_t* condition) {
    return reinterpret_cast<cnd_t*>(condition);
}

mtx_t* as_c11(pthread_mutex_t* mutex) {
    return reinterpret_cast<mtx_t*>(mutex);
}

int error_of_c11(int result) {
    return result == thrd_success ? 0 : result == thrd_timedout ? ETIMEDOUT : EIO;
}

constexpr condition_waiter condition_waiters[] = {
    {"pthread_cond_wait",
     [](shared_condition& at, const timespec*) {
         return ::pthread_cond_wait(&at.condition, &at.mutex);
     },
     CLOCK_REALTIME, CLOCK_REALTIME, false},
    {"pthread_cond_timedwait",
     [](shared_condition& at, const timespec* limit) {
         return ::pthread_cond_timedwait(&at.condition, &at.mutex, limit);
     },
     CLOCK_REALTIME, CLOCK_REALTIME, true},
    {"pthread_cond_timedwait, monotonic",
     [](shared_condition& at, const timespec* limit) {
         return ::pthread_cond_timedwait(&at.condition, &at.mutex, limit);
     },
     CLOCK_MONOTONIC, CLOCK_MONOTONIC, true},
    {"pthread_cond_clockwait",
     [](shared_condition& at, const timespec* limit) {
         return ::pthread_cond_clockwait(&at.condition, &at.mutex, CLOCK_MONOTONIC, limit);
     },
     CLOCK_MONOTONIC, CLOCK_REALTIME, true},
    {"cnd_wait",
     [](shared_condition& at, const timespec*) {
         return error_of_c11(::cnd_wait(as_c11(&at.condition), as_c11(&at.mutex)));
     },
     CLOCK_REALTIME, CLOCK_REALTIME, false},
    {"cnd_timedwait",
     [](shared_condition& at, const timespec* limit) {
         return error_of_c11(::cnd_timedwait(as_c11(&at.condition), as_c11(&at.mutex), limit));
     },
     CLOCK_REALTIME, CLOCK_REALTIME, true},
};

/// Waits until it has happened, as everybody should.
int wait_for_it(const condition_waiter& waiter, shared_condition& at, const timespec& limit) {
    int error = 0;
    while (!at.happened && error == 0) {
        error = waiter.call(at, &limit);
    }
    return error;
}

void wait_for_somebody(session& with, const condition_waiter& waiter, int (*wake)(pthread_cond_t*),
                       const timespec& limit = far_away) {
    const auto at = std::make_shared<shared_condition>(waiter.condition);
    ::pthread_mutex_lock(&at->mutex);
    with.meanwhile([=] {
        ::pthread_mutex_lock(&at->mutex);
        at->happened = true;
        wake(&at->condition);
        ::pthread_mutex_unlock(&at->mutex);
        at->ended.open();
    });
    note_error(with, waiter.name, [&] { return wait_for_it(waiter, *at, limit); });
    note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&at->mutex); });
    at->ended.pass();
    note_error(with, "destroy", [&] { return ::pthread_cond_destroy(&at->condition); });
}

void wait_with_another(session& with, const condition_waiter& waiter) {
    const auto at = std::make_shared<shared_condition>(waiter.condition);
    const auto join = [at, &waiter] {
        ::pthread_mutex_lock(&at->mutex);
        ++at->waiting;
        wait_for_it(waiter, *at, far_away);
        --at->waiting;
        ::pthread_mutex_unlock(&at->mutex);
        at->ended.open();
    };
    with.meanwhile(join);
    with.meanwhile(join);
    for (bool all_wait = false; !all_wait;) {
        ::sched_yield();
        ::pthread_mutex_lock(&at->mutex);
        all_wait = at->waiting == 2;
        at->happened = all_wait;
        ::pthread_mutex_unlock(&at->mutex);
    }
    note_error(with, "broadcast", [&] { return ::pthread_cond_broadcast(&at->condition); });
    at->ended.pass();
    at->ended.pass();
    with.note_text("still waiting", std::to_string(at->waiting));
}

void wait_without_the_mutex(session& with, const condition_waiter& waiter) {
    shared_condition at(waiter.condition);
    note_error(with, waiter.name, [&] { return waiter.call(at, &far_away); });
    note_error(with, "trylock", [&] { return ::pthread_mutex_trylock(&at.mutex); });
}

void wait_with_limits(session& with, const condition_waiter& waiter) {
    for (const int type :
         {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK}) {
        shared_condition at(waiter.condition, type);
        ::pthread_mutex_lock(&at.mutex);
        for (const timespec& limit : {from_now(waiter.source, 2), long_ago, before_time,
                                      too_many_nanoseconds, negative_nanoseconds}) {
            note_error(with, waiter.name, [&] { return waiter.call(at, &limit); });
        }
        note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&at.mutex); });
        note_error(with, "trylock", [&] { return ::pthread_mutex_trylock(&at.mutex); });
    }
}

void add_condition_cases(std::vector<differential_case>& to) {
    for (const condition_waiter& waiter : condition_waiters) {
        const auto add = [&](const char* situation, auto body) {
            to.push_back({waiter.name, situation,
                          [=, waiter = &waiter](session& with) { body(with, *waiter); }});
        };
        add("signalled later", [](session& with, const condition_waiter& w) {
            wait_for_somebody(with, w,
                              [](pthread_cond_t* at) { return ::pthread_cond_signal(at); });
        });
        add("all woken later", [](session& with, const condition_waiter& w) {
            wait_for_somebody(with, w,
                              [](pthread_cond_t* at) { return ::pthread_cond_broadcast(at); });
        });
        add("two wait", wait_with_another);
        add("a checking mutex, not held", wait_without_the_mutex);
        if (waiter.limited) {
            add("limits that pass or are none", wait_with_limits);
            add("the longest limit", [](session& with, const condition_waiter& w) {
                wait_for_somebody(
                    with, w, [](pthread_cond_t* at) { return ::pthread_cond_signal(at); },
                    beyond_all);
            });
        }
    }
}

void add_single_cases(std::vector<differential_case>& to) {
    to.push_back({"pthread_cond_clockwait", "a clock that is none", [](session& with) {
                      shared_condition at;
                      const auto wait = [&](const timespec& limit) {
                          note_error(with, "clockwait", [&] {
                              return ::pthread_cond_clockwait(&at.condition, &at.mutex, wrong_clock,
                                                              &limit);
                          });
                      };
                      wait(far_away);
                      ::pthread_mutex_lock(&at.mutex);
                      wait(far_away);
                      wait(negative_nanoseconds);
                      note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&at.mutex); });
                  }});
    to.push_back(
        {"pthread_cond_signal", "nobody waits", [](session& with) {
             shared_condition at;
             note_error(with, "signal", [&] { return ::pthread_cond_signal(&at.condition); });
             note_error(with, "broadcast", [&] { return ::pthread_cond_broadcast(&at.condition); });
         }});
}

}  // namespace

std::vector<differential_case> condition_cases() {
    std::vector<differential_case> all;
    add_condition_cases(all);
    add_single_cases(all);
    return all;
}

namespace {

struct shared_semaphore {
    explicit shared_semaphore(unsigned count) { ::sem_init(&handle, 0, count); }
    ~shared_semaphore() { ::sem_destroy(&handle); }

    sem_t handle{};
    gate ended;
};

/// One way to take from a semaphore. `limit`: not of those that have none.
struct semaphore_taker {
    const char* name;
    int (*call)(sem_t* semaphore, const timespec* limit);
    clockid_t source;
    bool waits;
    bool limited;
};

constexpr semaphore_taker semaphore_takers[] = {
    {"sem_wait", [](sem_t* semaphore, const timespec*) { return ::sem_wait(semaphore); },
     CLOCK_REALTIME, true, false},
    {"sem_trywait", [](sem_t* semaphore, const timespec*) { return ::sem_trywait(semaphore); },
     CLOCK_REALTIME, false, false},
    {"sem_timedwait",
     [](sem_t* semaphore, const timespec* limit) { return ::sem_timedwait(semaphore, limit); },
     CLOCK_REALTIME, true, true},
    {"sem_clockwait",
     [](sem_t* semaphore, const timespec* limit) {
         return ::sem_clockwait(semaphore, CLOCK_MONOTONIC, limit);
     },
     CLOCK_MONOTONIC, true, true},
};

void note_count(session& with, sem_t* semaphore) {
    int count = -1;
    ::sem_getvalue(semaphore, &count);
    with.note_text("count", std::to_string(count));
}

void take_what_is_there(session& with, const semaphore_taker& taker) {
    shared_semaphore semaphore(2);
    with.note(taker.name, taker.call(&semaphore.handle, &far_away));
    note_count(with, &semaphore.handle);
    with.note(taker.name, taker.call(&semaphore.handle, &far_away));
    note_count(with, &semaphore.handle);
}

void take_what_comes_later(session& with, const semaphore_taker& taker, const timespec& limit) {
    const auto semaphore = std::make_shared<shared_semaphore>(0);
    if (!taker.waits) {
        with.note(taker.name, taker.call(&semaphore->handle, nullptr));
    }
    with.meanwhile([=] {
        ::sem_post(&semaphore->handle);
        semaphore->ended.open();
    });
    if (!taker.waits) {
        semaphore->ended.pass();
    }
    with.note(taker.name, taker.call(&semaphore->handle, &limit));
    if (taker.waits) {
        semaphore->ended.pass();
    }
    note_count(with, &semaphore->handle);
}

void take_with_limits(session& with, const semaphore_taker& taker) {
    for (const unsigned count : {0U, 9U}) {
        shared_semaphore semaphore(count);
        for (const timespec& limit : {from_now(taker.source, 2), long_ago, before_time,
                                      too_many_nanoseconds, negative_nanoseconds}) {
            with.note(taker.name, taker.call(&semaphore.handle, &limit));
        }
        note_count(with, &semaphore.handle);
    }
}

void take_semaphore_by_wrong_clock(session& with) {
    for (const unsigned count : {0U, 9U}) {
        shared_semaphore semaphore(count);
        with.note("clockwait", ::sem_clockwait(&semaphore.handle, wrong_clock, &far_away));
        note_count(with, &semaphore.handle);
    }
}

void post_too_often(session& with) {
    shared_semaphore semaphore(SEM_VALUE_MAX);
    with.note("post", ::sem_post(&semaphore.handle));
    note_count(with, &semaphore.handle);
}

}  // namespace

std::vector<differential_case> semaphore_cases() {
    std::vector<differential_case> all;
    for (const semaphore_taker& taker : semaphore_takers) {
        const auto add = [&](const char* situation, auto body) {
            all.push_back({taker.name, situation,
                           [=, taker = &taker](session& with) { body(with, *taker); }});
        };
        add("there is some", take_what_is_there);
        add("some comes later", [](session& with, const semaphore_taker& t) {
            take_what_comes_later(with, t, far_away);
        });
        if (taker.limited) {
            add("limits that pass or are none", take_with_limits);
            add("the longest limit", [](session& with, const semaphore_taker& t) {
                take_what_comes_later(with, t, beyond_all);
            });
        }
    }
    all.push_back({"sem_clockwait", "a clock that is none", take_semaphore_by_wrong_clock});
    all.push_back({"sem_post", "more than fits", post_too_often});
    return all;
}

}  // namespace weft::test
