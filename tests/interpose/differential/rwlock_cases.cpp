// SPDX-License-Identifier: BSL-1.0

#include "interpose/differential/lock_session.hpp"

namespace weft::test {
namespace {

struct shared_rwlock {
    explicit shared_rwlock(int kind = PTHREAD_RWLOCK_PREFER_READER_NP) {
        pthread_rwlockattr_t attributes;
        ::pthread_rwlockattr_init(&attributes);
        ::pthread_rwlockattr_setkind_np(&attributes, kind);
        ::pthread_rwlock_init(&handle, &attributes);
        ::pthread_rwlockattr_destroy(&attributes);
    }

    pthread_rwlock_t handle{};
    gate taken;
    gate released;
    gate ended;
};

using rwlock_pointer = std::shared_ptr<shared_rwlock>;

/// One way to take a rwlock. `limit`: not of those that have none.
struct rwlock_taker {
    const char* name;
    int (*call)(pthread_rwlock_t* lock, const timespec* limit);
    clockid_t source;  // of the limit
    bool waits;
    bool limited;
};

template <auto function>
int without_limit(pthread_rwlock_t* lock, const timespec*) {
    return function(lock);
}

template <auto function>
int by_monotonic_clock(pthread_rwlock_t* lock, const timespec* limit) {
    return function(lock, CLOCK_MONOTONIC, limit);
}

template <auto function>
int with_limit(pthread_rwlock_t* lock, const timespec* limit) {
    return function(lock, limit);
}

constexpr rwlock_taker rwlock_takers[] = {
    {"pthread_rwlock_rdlock", without_limit<&::pthread_rwlock_rdlock>, CLOCK_REALTIME, true, false},
    {"pthread_rwlock_wrlock", without_limit<&::pthread_rwlock_wrlock>, CLOCK_REALTIME, true, false},
    {"pthread_rwlock_tryrdlock", without_limit<&::pthread_rwlock_tryrdlock>, CLOCK_REALTIME, false,
     false},
    {"pthread_rwlock_trywrlock", without_limit<&::pthread_rwlock_trywrlock>, CLOCK_REALTIME, false,
     false},
    {"pthread_rwlock_timedrdlock", with_limit<&::pthread_rwlock_timedrdlock>, CLOCK_REALTIME, true,
     true},
    {"pthread_rwlock_timedwrlock", with_limit<&::pthread_rwlock_timedwrlock>, CLOCK_REALTIME, true,
     true},
    {"pthread_rwlock_clockrdlock", by_monotonic_clock<&::pthread_rwlock_clockrdlock>,
     CLOCK_MONOTONIC, true, true},
    {"pthread_rwlock_clockwrlock", by_monotonic_clock<&::pthread_rwlock_clockwrlock>,
     CLOCK_MONOTONIC, true, true},
};

void note_take(session& with, const rwlock_taker& taker, shared_rwlock& lock,
               const timespec& limit = far_away) {
    note_error(with, taker.name, [&] { return taker.call(&lock.handle, &limit); });
}

void note_unlock(session& with, shared_rwlock& lock) {
    note_error(with, "unlock", [&] { return ::pthread_rwlock_unlock(&lock.handle); });
}

using take_function = int (*)(pthread_rwlock_t*);

constexpr take_function shared_and_alone[] = {
    [](pthread_rwlock_t* lock) { return ::pthread_rwlock_rdlock(lock); },
    [](pthread_rwlock_t* lock) { return ::pthread_rwlock_wrlock(lock); },
};

/// Another one takes the lock; returns when it has. It gives it back after `released`.
void hold_meanwhile(session& with, const rwlock_pointer& lock, take_function take) {
    with.meanwhile([=] {
        take(&lock->handle);
        lock->taken.open();
        lock->released.pass();
        ::pthread_rwlock_unlock(&lock->handle);
        lock->ended.open();
    });
    lock->taken.pass();
}

void take_free(session& with, const rwlock_taker& taker) {
    shared_rwlock lock;
    note_take(with, taker, lock);
    note_unlock(with, lock);
    note_error(with, "destroy", [&] { return ::pthread_rwlock_destroy(&lock.handle); });
}

void take_own(session& with, const rwlock_taker& taker) {
    for (const take_function hold : shared_and_alone) {
        shared_rwlock lock;
        hold(&lock.handle);
        const bool writes = std::string_view(taker.name).find("wrlock") != std::string_view::npos;
        if (hold == shared_and_alone[0] && writes && taker.waits && !taker.limited) {
            continue;  // for ever
        }
        errno = 0;
        const timespec limit = from_now(taker.source, 2);
        const int error = taker.call(&lock.handle, &limit);
        with.note_text(taker.name, ::strerrorname_np(error));
        if (error == 0) {
            note_unlock(with, lock);
        }
        note_unlock(with, lock);
        note_error(with, "trywrlock", [&] { return ::pthread_rwlock_trywrlock(&lock.handle); });
    }
}

void take_from_another(session& with, const rwlock_taker& taker) {
    for (const take_function hold : shared_and_alone) {
        const auto lock = std::make_shared<shared_rwlock>();
        hold_meanwhile(with, lock, hold);
        if (!taker.waits) {
            errno = 0;
            const int error = taker.call(&lock->handle, nullptr);
            with.note_text(taker.name, ::strerrorname_np(error));
            if (error == 0) {
                note_unlock(with, *lock);
            }
        }
        lock->released.open();
        if (!taker.waits) {
            lock->ended.pass();
        }
        note_take(with, taker, *lock);
        note_unlock(with, *lock);
        if (taker.waits) {
            lock->ended.pass();
        }
    }
}

/// The limits that are over, and those that are none, with the lock free and taken.
void take_with_limits(session& with, const rwlock_taker& taker) {
    const auto note = [&](shared_rwlock& lock) {
        for (const timespec& limit : {from_now(taker.source, 2), long_ago, before_time,
                                      too_many_nanoseconds, negative_nanoseconds}) {
            const int error = taker.call(&lock.handle, &limit);
            with.note_text(taker.name, ::strerrorname_np(error));
            if (error == 0) {
                ::pthread_rwlock_unlock(&lock.handle);
            }
        }
    };
    for (const take_function hold : shared_and_alone) {
        const auto lock = std::make_shared<shared_rwlock>();
        note(*lock);
        hold_meanwhile(with, lock, hold);
        note(*lock);
        lock->released.open();
        lock->ended.pass();
        note(*lock);
    }
}

void take_beyond_all(session& with, const rwlock_taker& taker) {
    const auto lock = std::make_shared<shared_rwlock>();
    hold_meanwhile(with, lock, shared_and_alone[1]);
    lock->released.open();
    note_take(with, taker, *lock, beyond_all);
    note_unlock(with, *lock);
    lock->ended.pass();
}

void add_rwlock_case(std::vector<differential_case>& to, const rwlock_taker& taker,
                     const char* situation, void (*body)(session&, const rwlock_taker&)) {
    to.push_back(
        {taker.name, situation, [=, taker = &taker](session& with) { body(with, *taker); }});
}

void take_by_wrong_clock(session& with) {
    for (const take_function hold : shared_and_alone) {
        shared_rwlock lock;
        const auto note = [&] {
            note_error(with, "clockrdlock", [&] {
                return ::pthread_rwlock_clockrdlock(&lock.handle, wrong_clock, &far_away);
            });
            note_error(with, "clockwrlock", [&] {
                return ::pthread_rwlock_clockwrlock(&lock.handle, wrong_clock, &far_away);
            });
        };
        note();
        hold(&lock.handle);
        note();
        note_unlock(with, lock);
    }
}

/// Readers that come while a writer waits.
void read_before_a_writer(session& with) {
    const auto lock = std::make_shared<shared_rwlock>();
    hold_meanwhile(with, lock, shared_and_alone[0]);
    with.meanwhile([lock] {
        lock->taken.open();
        ::pthread_rwlock_wrlock(&lock->handle);
        ::pthread_rwlock_unlock(&lock->handle);
        lock->ended.open();
    });
    lock->taken.pass();
    note_error(with, "rdlock", [&] { return ::pthread_rwlock_rdlock(&lock->handle); });
    lock->released.open();
    note_unlock(with, *lock);
    lock->ended.pass();
    lock->ended.pass();
    note_error(with, "trywrlock", [&] { return ::pthread_rwlock_trywrlock(&lock->handle); });
}

void write_in_the_place_of_one_held(session& with) {
    shared_rwlock lock;
    note_error(with, "wrlock", [&] { return ::pthread_rwlock_wrlock(&lock.handle); });
    note_error(with, "init", [&] { return ::pthread_rwlock_init(&lock.handle, nullptr); });
    note_error(with, "rdlock", [&] { return ::pthread_rwlock_rdlock(&lock.handle); });
    note_unlock(with, lock);
    note_error(with, "wrlock", [&] { return ::pthread_rwlock_wrlock(&lock.handle); });
    note_unlock(with, lock);
}

}  // namespace

std::vector<differential_case> rwlock_cases() {
    std::vector<differential_case> all;
    for (const rwlock_taker& taker : rwlock_takers) {
        add_rwlock_case(all, taker, "free", take_free);
        add_rwlock_case(all, taker, "held by the caller, shared or alone", take_own);
        add_rwlock_case(all, taker, "held by another, shared or alone", take_from_another);
        if (taker.limited) {
            add_rwlock_case(all, taker, "limits that pass or are none", take_with_limits);
            add_rwlock_case(all, taker, "the longest limit", take_beyond_all);
        }
    }
    all.push_back({"pthread_rwlock_clockwrlock", "a clock that is none", take_by_wrong_clock});
    all.push_back({"pthread_rwlock_rdlock", "while a writer waits", read_before_a_writer});
    all.push_back({"pthread_rwlock_init", "in the place of one that was held",
                   write_in_the_place_of_one_held});
    return all;
}

}  // namespace weft::test
