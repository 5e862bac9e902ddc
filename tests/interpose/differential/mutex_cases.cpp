// SPDX-License-Identifier: BSL-1.0

// Mutexes of POSIX and C11, of all types.

#include "interpose/differential/lock_session.hpp"

namespace weft::test {
namespace {

struct mutex_kind {
    const char* name;
    int type;
    int shared;
    bool knows_owner;
};

constexpr mutex_kind mutex_kinds[] = {
    {"normal", PTHREAD_MUTEX_NORMAL, PTHREAD_PROCESS_PRIVATE, false},
    {"recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PROCESS_PRIVATE, true},
    {"checking", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PROCESS_PRIVATE, true},
    {"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PROCESS_PRIVATE, false},
    {"normal, of processes", PTHREAD_MUTEX_NORMAL, PTHREAD_PROCESS_SHARED, false},
    {"recursive, of processes", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PROCESS_SHARED, true},
    {"checking, of processes", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PROCESS_SHARED, true},
};

/// A mutex with what those who share it tell each other.
struct shared_mutex {
    explicit shared_mutex(const mutex_kind& kind) {
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_settype(&attributes, kind.type);
        ::pthread_mutexattr_setpshared(&attributes, kind.shared);
        ::pthread_mutex_init(&handle, &attributes);
        ::pthread_mutexattr_destroy(&attributes);
    }

    pthread_mutex_t handle{};
    gate taken;
    gate released;
    gate ended;
};

using mutex_pointer = std::shared_ptr<shared_mutex>;

/// One way to take a mutex. `limit`: not of those that have none.
struct mutex_taker {
    const char* name;
    int (*call)(pthread_mutex_t* mutex, const timespec* limit);
    clockid_t source;  // of the limit
    bool waits;
    bool limited;
};

mtx_t* c11(pthread_mutex_t* mutex) {
    return reinterpret_cast<mtx_t*>(mutex);
}

/// The results of C11 as those of POSIX, so that all are told alike.
int posix_error(int result) {
    switch (result) {
        case thrd_success: return 0;
        case thrd_busy: return EBUSY;
        case thrd_timedout: return ETIMEDOUT;
        case thrd_nomem: return ENOMEM;
        default: return EIO;
    }
}

constexpr mutex_taker mutex_takers[] = {
    {"pthread_mutex_lock",
     [](pthread_mutex_t* mutex, const timespec*) { return ::pthread_mutex_lock(mutex); },
     CLOCK_REALTIME, true, false},
    {"pthread_mutex_trylock",
     [](pthread_mutex_t* mutex, const timespec*) { return ::pthread_mutex_trylock(mutex); },
     CLOCK_REALTIME, false, false},
    {"pthread_mutex_timedlock",
     [](pthread_mutex_t* mutex, const timespec* limit) {
         return ::pthread_mutex_timedlock(mutex, limit);
     },
     CLOCK_REALTIME, true, true},
    {"pthread_mutex_clocklock",
     [](pthread_mutex_t* mutex, const timespec* limit) {
         return ::pthread_mutex_clocklock(mutex, CLOCK_MONOTONIC, limit);
     },
     CLOCK_MONOTONIC, true, true},
    {"mtx_lock",
     [](pthread_mutex_t* mutex, const timespec*) { return posix_error(::mtx_lock(c11(mutex))); },
     CLOCK_REALTIME, true, false},
    {"mtx_trylock",
     [](pthread_mutex_t* mutex, const timespec*) { return posix_error(::mtx_trylock(c11(mutex))); },
     CLOCK_REALTIME, false, false},
    {"mtx_timedlock",
     [](pthread_mutex_t* mutex, const timespec* limit) {
         return posix_error(::mtx_timedlock(c11(mutex), limit));
     },
     CLOCK_REALTIME, true, true},
};

void note_take(session& with, const mutex_taker& taker, shared_mutex& mutex,
               const timespec& limit = far_away) {
    note_error(with, taker.name, [&] { return taker.call(&mutex.handle, &limit); });
}

void note_unlock(session& with, shared_mutex& mutex) {
    note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&mutex.handle); });
}

/// Another one takes the mutex as often as `times`; returns when it has. It gives it back after
/// `released`.
void hold_meanwhile(session& with, const mutex_pointer& mutex, int times = 1) {
    with.meanwhile([mutex, times] {
        for (int i = 0; i < times; ++i) {
            ::pthread_mutex_lock(&mutex->handle);
        }
        mutex->taken.open();
        mutex->released.pass();
        for (int i = 0; i < times; ++i) {
            ::pthread_mutex_unlock(&mutex->handle);
        }
        mutex->ended.open();
    });
    mutex->taken.pass();
}

void let_go(const mutex_pointer& mutex) {
    mutex->released.open();
    mutex->ended.pass();
}

using mutex_body = void (*)(session&, const mutex_taker&, const mutex_kind&, const mutex_pointer&);

void add_mutex_case(std::vector<differential_case>& to, const mutex_taker& taker,
                    const char* situation, mutex_body body) {
    to.push_back({taker.name, situation, [=, taker = &taker](session& with) {
                      for (const mutex_kind& kind : mutex_kinds) {
                          with.note_text("type", kind.name);
                          body(with, *taker, kind, std::make_shared<shared_mutex>(kind));
                      }
                  }});
}

void take_free(session& with, const mutex_taker& taker, const mutex_kind&,
               const mutex_pointer& mutex) {
    note_take(with, taker, *mutex);
    note_unlock(with, *mutex);
    note_error(with, "destroy", [&] { return ::pthread_mutex_destroy(&mutex->handle); });
}

void take_own(session& with, const mutex_taker& taker, const mutex_kind& kind,
              const mutex_pointer& mutex) {
    if (taker.waits && !taker.limited && !kind.knows_owner) {
        return;  // for ever
    }
    ::pthread_mutex_lock(&mutex->handle);
    note_take(with, taker, *mutex, from_now(taker.source, 2));
    note_unlock(with, *mutex);
    if (kind.knows_owner) {
        note_unlock(with, *mutex);
        note_unlock(with, *mutex);
    }
}

void take_from_another(session& with, const mutex_taker& taker, const mutex_kind&,
                       const mutex_pointer& mutex) {
    hold_meanwhile(with, mutex, 1);
    if (taker.waits) {
        mutex->released.open();
        note_take(with, taker, *mutex);
        note_unlock(with, *mutex);
        mutex->ended.pass();
        return;
    }
    note_take(with, taker, *mutex);
    let_go(mutex);
    note_take(with, taker, *mutex);
    note_unlock(with, *mutex);
}

void take_held_twice(session& with, const mutex_taker& taker, const mutex_kind& kind,
                     const mutex_pointer& mutex) {
    if (kind.type != PTHREAD_MUTEX_RECURSIVE) {
        return;
    }
    hold_meanwhile(with, mutex, 2);
    note_error(with, "trylock", [&] { return ::pthread_mutex_trylock(&mutex->handle); });
    note_unlock(with, *mutex);
    if (taker.waits) {
        mutex->released.open();
    } else {
        let_go(mutex);
    }
    note_take(with, taker, *mutex);
    note_take(with, taker, *mutex);
    note_unlock(with, *mutex);
    note_unlock(with, *mutex);
    note_unlock(with, *mutex);
    if (taker.waits) {
        mutex->ended.pass();
    }
}

void take_in_turns(session& with, const mutex_taker& taker, const mutex_kind& kind,
                   const mutex_pointer& mutex) {
    const auto count = std::make_shared<int>(0);
    const int times = kind.type == PTHREAD_MUTEX_RECURSIVE ? 2 : 1;
    const auto visit = [mutex, count, times, &taker] {
        for (int round = 0; round < 20; ++round) {
            for (int i = 0; i < times; ++i) {
                while (taker.call(&mutex->handle, &far_away) != 0) {
                    ::sched_yield();
                }
            }
            ++*count;
            ::sched_yield();
            for (int i = 0; i < times; ++i) {
                ::pthread_mutex_unlock(&mutex->handle);
            }
        }
    };
    with.meanwhile([=] {
        visit();
        mutex->ended.open();
    });
    visit();
    mutex->ended.pass();
    with.note_text("visits", std::to_string(*count));
}

/// The limits that are over, and those that are none, with the mutex free, one's own and taken.
void note_limits(session& with, const mutex_taker& taker, shared_mutex& mutex, bool to_be_given) {
    for (const timespec& limit : {from_now(taker.source, 2), long_ago, before_time,
                                  too_many_nanoseconds, negative_nanoseconds}) {
        errno = 0;
        const int error = taker.call(&mutex.handle, &limit);
        with.note_text(taker.name, ::strerrorname_np(error));
        if (error == 0 && to_be_given) {
            ::pthread_mutex_unlock(&mutex.handle);
        }
    }
}

void take_with_limits(session& with, const mutex_taker& taker, const mutex_kind&,
                      const mutex_pointer& mutex) {
    note_limits(with, taker, *mutex, true);
    hold_meanwhile(with, mutex);
    note_limits(with, taker, *mutex, true);
    let_go(mutex);
}

void take_own_with_limits(session& with, const mutex_taker& taker, const mutex_kind&,
                          const mutex_pointer& mutex) {
    ::pthread_mutex_lock(&mutex->handle);
    note_limits(with, taker, *mutex, true);
    note_unlock(with, *mutex);
}

void take_beyond_all(session& with, const mutex_taker& taker, const mutex_kind&,
                     const mutex_pointer& mutex) {
    hold_meanwhile(with, mutex);
    mutex->released.open();
    note_take(with, taker, *mutex, beyond_all);
    note_unlock(with, *mutex);
    mutex->ended.pass();
}

void add_takers(std::vector<differential_case>& to) {
    for (const mutex_taker& taker : mutex_takers) {
        add_mutex_case(to, taker, "free", take_free);
        add_mutex_case(to, taker, "held by the caller", take_own);
        add_mutex_case(to, taker, "held by another", take_from_another);
        add_mutex_case(to, taker, "recursive, held twice by another", take_held_twice);
        add_mutex_case(to, taker, "two in turns", take_in_turns);
        if (taker.limited) {
            add_mutex_case(to, taker, "limits that pass or are none", take_with_limits);
            add_mutex_case(to, taker, "the same, held by the caller", take_own_with_limits);
            add_mutex_case(to, taker, "the longest limit", take_beyond_all);
        }
    }
}

void take_by_wrong_clock(session& with) {
    for (const mutex_kind& kind : mutex_kinds) {
        with.note_text("type", kind.name);
        const auto mutex = std::make_shared<shared_mutex>(kind);
        const auto take = [&] {
            note_error(with, "clocklock", [&] {
                return ::pthread_mutex_clocklock(&mutex->handle, wrong_clock, &far_away);
            });
        };
        take();
        ::pthread_mutex_lock(&mutex->handle);
        take();
        note_unlock(with, *mutex);
        hold_meanwhile(with, mutex);
        take();
        let_go(mutex);
    }
}

void unlock_those_of_others(session& with) {
    for (const mutex_kind& kind : mutex_kinds) {
        if (kind.knows_owner) {
            with.note_text("type", kind.name);
            const auto mutex = std::make_shared<shared_mutex>(kind);
            note_unlock(with, *mutex);
            hold_meanwhile(with, mutex);
            note_unlock(with, *mutex);
            let_go(mutex);
            note_unlock(with, *mutex);
        }
    }
}

/// A mutex that is gone while it was held leaves nothing behind for the next one in its place.
void begin_anew_in_the_same_place(session& with) {
    for (const mutex_kind& kind : mutex_kinds) {
        with.note_text("type", kind.name);
        const auto mutex = std::make_shared<shared_mutex>(kind);
        hold_meanwhile(with, mutex);
        const shared_mutex fresh(kind);
        std::memcpy(&mutex->handle, &fresh.handle, sizeof fresh.handle);
        note_error(with, "trylock", [&] { return ::pthread_mutex_trylock(&mutex->handle); });
        note_error(with, "lock", [&] {
            return kind.type == PTHREAD_MUTEX_RECURSIVE ? ::pthread_mutex_lock(&mutex->handle) : 0;
        });
        note_unlock(with, *mutex);
        let_go(mutex);
    }
}

/// Its holder ends without giving it back.
void outlive_the_holder(session& with) {
    for (const mutex_kind& kind : mutex_kinds) {
        with.note_text("type", kind.name);
        const auto mutex = std::make_shared<shared_mutex>(kind);
        with.meanwhile([mutex] {
            ::pthread_mutex_lock(&mutex->handle);
            mutex->ended.open();
        });
        mutex->ended.pass();
        note_error(with, "trylock", [&] { return ::pthread_mutex_trylock(&mutex->handle); });
        const timespec limit = from_now(CLOCK_REALTIME, 2);
        note_error(with, "timedlock",
                   [&] { return ::pthread_mutex_timedlock(&mutex->handle, &limit); });
        note_error(with, "destroy", [&] { return ::pthread_mutex_destroy(&mutex->handle); });
    }
}

void lock_by_static_initializer(session& with) {
    pthread_mutex_t mutexes[] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP,
                                 PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP};
    for (pthread_mutex_t& each : mutexes) {
        note_error(with, "lock", [&] { return ::pthread_mutex_lock(&each); });
        note_error(with, "trylock", [&] { return ::pthread_mutex_trylock(&each); });
        note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&each); });
    }
}

void lock_robust_and_inheriting(session& with) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    ::pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_t mutex;
    note_error(with, "init", [&] { return ::pthread_mutex_init(&mutex, &attributes); });
    ::pthread_mutexattr_destroy(&attributes);
    note_error(with, "lock", [&] { return ::pthread_mutex_lock(&mutex); });
    note_error(with, "lock", [&] { return ::pthread_mutex_lock(&mutex); });
    note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&mutex); });
    note_error(with, "unlock", [&] { return ::pthread_mutex_unlock(&mutex); });
    note_error(with, "destroy", [&] { return ::pthread_mutex_destroy(&mutex); });
}

}  // namespace

std::vector<differential_case> mutex_cases() {
    std::vector<differential_case> all;
    add_takers(all);
    all.push_back({"pthread_mutex_clocklock", "a clock that is none", take_by_wrong_clock});
    all.push_back({"pthread_mutex_unlock", "not the caller's", unlock_those_of_others});
    all.push_back(
        {"pthread_mutex_init", "in the place of one that was held", begin_anew_in_the_same_place});
    all.push_back({"pthread_mutex_lock", "its holder has ended", outlive_the_holder});
    all.push_back({"pthread_mutex_lock", "initialized statically", lock_by_static_initializer});
    all.push_back({"pthread_mutex_lock", "robust and inheriting", lock_robust_and_inheriting});
    return all;
}

}  // namespace weft::test
