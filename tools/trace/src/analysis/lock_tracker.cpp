// SPDX-License-Identifier: BSL-1.0
#include "analysis/lock_tracker.hpp"

#include <algorithm>
#include <utility>

namespace weft::trace_tool {

namespace {

constexpr std::size_t most_kept = 100'000;  // then those that come first are kept
constexpr std::size_t most_held = 64;       // by one fiber, as well

template <class Map>
bool has_room(const Map& in, const typename Map::key_type& key) {
    return in.size() < most_kept || in.contains(key);
}

std::uint64_t ticks_after(std::uint64_t begin, const interval& of) {
    const auto from = std::max(of.begin, begin);
    return of.end > from ? of.end - from : 0;
}

}  // namespace

void lock_tracker::add(const trace::event& next) {
    switch (next.type) {
        case trace::event_type::lock_contended: want(next); break;
        case trace::event_type::lock_received: receive(next); break;
        case trace::event_type::ended: end_fiber(next.fiber); break;
        case trace::event_type::started: add_gap(); break;
        default: break;
    }
}

void lock_tracker::add(const interval& done) {
    if (done.what != activity::waiting || (holds_.empty() && wishes_.empty())) {
        return;
    }
    note_absence(done);
    note_nested(done);
    if (!done.cut) {
        give_up(done);
    }
}

void lock_tracker::add_gap() {
    holds_.clear();
    held_by_.clear();
    wishes_.clear();
}

void lock_tracker::finish() {
    while (!holds_.empty()) {
        end_hold(holds_.begin());
    }
}

void lock_tracker::want(const trace::event& contended) {
    const auto holder = contended.x;
    const auto held = held_by_.find(contended.fiber);
    wishes_[contended.fiber] = {contended.object,
                                held != held_by_.end() ? held->second : std::set<std::uint64_t>()};
    if (holder == 0) {
        return;  // several share it
    }
    if (const auto waits_too = wishes_.find(holder); waits_too != wishes_.end()) {
        waits_too->second.holding.insert(contended.object);
    }
    const auto known = holds_.find(contended.object);
    if (known != holds_.end() && known->second.holder != holder) {
        end_hold(known);
    }
    begin_hold(contended.object, {holder, contended.time});
    if (const auto held_now = holds_.find(contended.object); held_now != holds_.end()) {
        held_now->second.waiters.insert(contended.fiber);
    }
}

// The others go on waiting, for the one that has it now.
void lock_tracker::receive(const trace::event& received) {
    const auto known = holds_.find(received.object);
    if (known == holds_.end()) {
        return;
    }
    auto waiters = std::move(known->second.waiters);
    waiters.erase(received.fiber);
    end_hold(known);
    if (!waiters.empty()) {
        begin_hold(received.object, {received.fiber, received.time, std::move(waiters)});
    }
}

// One that got the lock is no waiter any more when its wait ends.
void lock_tracker::give_up(const interval& wait) {
    const auto known = holds_.find(wait.object);
    if (known != holds_.end() && known->second.waiters.erase(wait.fiber) != 0 &&
        known->second.waiters.empty()) {
        end_hold(known);
    }
}

// Who waits for what it holds, waits for ever.
void lock_tracker::end_fiber(std::uint32_t fiber) {
    wishes_.erase(fiber);
    const auto held = held_by_.find(fiber);
    if (held == held_by_.end()) {
        return;
    }
    for (const auto lock : held->second) {
        if (made_.left_locked.size() < most_kept) {
            made_.left_locked.emplace(lock, fiber);
        }
    }
}

// A wait that has not ended with the recording may be part of a deadlock, which is told as such.
void lock_tracker::note_nested(const interval& wait) {
    const auto wanted = wishes_.find(wait.fiber);
    if (wanted == wishes_.end() || wanted->second.lock != wait.object) {
        return;
    }
    for (const auto held : wanted->second.holding) {
        const std::pair key(held, wait.object);
        if (!wait.cut && held != wait.object && has_room(made_.nested, key)) {
            made_.nested.try_emplace(key, nested_wait{wait.fiber, wait.stack});
        }
    }
    wishes_.erase(wanted);
}

void lock_tracker::note_absence(const interval& wait) {
    const auto held = held_by_.find(wait.fiber);
    const auto wanted = wishes_.find(wait.fiber);
    const bool for_lock = wanted != wishes_.end() && wanted->second.lock == wait.object;
    if (held == held_by_.end() || for_lock) {
        return;
    }
    for (const auto lock : held->second) {
        auto& of = holds_.at(lock);
        of.absent[wait.reason] += ticks_after(of.since, wait);
    }
}

// Unless it is known already.
void lock_tracker::begin_hold(std::uint64_t lock, hold begun) {
    if (holds_.size() >= most_kept || holds_.contains(lock)) {
        return;
    }
    auto& held = held_by_[begun.holder];
    if (held.size() < most_held) {
        held.insert(lock);
        holds_.emplace(lock, std::move(begun));
    }
}

void lock_tracker::end_hold(holds::iterator ended) {
    const auto lock = ended->first;
    const auto of = std::move(ended->second);
    holds_.erase(ended);
    const auto held = held_by_.find(of.holder);
    held->second.erase(lock);
    if (held->second.empty()) {
        held_by_.erase(held);
    }
    keep_absence(lock, of);
}

void lock_tracker::keep_absence(std::uint64_t lock, const hold& ended) {
    std::uint64_t ticks = 0;
    for (const auto& [reason, part] : ended.absent) {
        ticks += part;
    }
    const std::pair key(lock, ended.holder);
    if (ticks == 0 || !has_room(made_.absent, key)) {
        return;
    }
    auto& kept = made_.absent[key];
    kept.total += ticks;
    ++kept.times;
    if (ticks > kept.longest) {
        kept.longest = ticks;
        kept.reason = std::ranges::max_element(ended.absent, {}, [](const auto& each) {
                          return each.second;
                      })->first;
    }
}

}  // namespace weft::trace_tool
