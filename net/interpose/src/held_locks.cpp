// SPDX-License-Identifier: BSL-1.0
#include "held_locks.hpp"

#include <weft/this_fiber.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace weft::interpose::held_locks {

namespace {

struct held_lock {
    const void* lock;
    const void* code;
};

/// What waited, and where the lock it held was taken last.
using place = std::pair<std::string, const void*>;

struct seen_wait {
    std::uint64_t times = 0;
    std::size_t most = 0;  // locks held
};

struct noted_locks {
    std::mutex guard;
    std::unordered_map<std::uint64_t, std::vector<held_lock>> of_fiber;
    std::map<place, seen_wait> waits;
};

constexpr std::size_t most_places = 1000;  // further ones are not told

/// Never destroyed: the report is written after all static objects are gone.
noted_locks& noted() {
    static auto& made = *new noted_locks;
    return made;
}

std::string name_of(const void* code) {
    Dl_info found{};
    if (::dladdr(code, &found) == 0 || found.dli_fname == nullptr) {
        return "?";
    }
    const char* const near = found.dli_sname != nullptr ? found.dli_sname : "?";
    return std::string(near) + " (" + found.dli_fname + ")";
}

}  // namespace

void add(const void* lock, const void* code) noexcept {
    const std::uint64_t fiber = this_fiber::id();
    if (fiber == 0) {
        return;
    }
    noted_locks& all = noted();
    const std::lock_guard held(all.guard);
    try {
        all.of_fiber[fiber].push_back({lock, code});
    } catch (const std::bad_alloc&) {  // then the report lacks it
    }
}

void remove(const void* lock) noexcept {
    noted_locks& all = noted();
    const std::lock_guard held(all.guard);
    const auto mine = all.of_fiber.find(this_fiber::id());
    if (mine == all.of_fiber.end()) {
        return;
    }
    auto& locks = mine->second;
    const auto last = std::find_if(locks.rbegin(), locks.rend(),
                                   [&](const held_lock& each) { return each.lock == lock; });
    if (last != locks.rend()) {
        locks.erase(std::next(last).base());
    }
    if (locks.empty()) {
        all.of_fiber.erase(mine);
    }
}

void note_wait() noexcept {
    noted_locks& all = noted();
    const std::lock_guard held(all.guard);
    const auto mine = all.of_fiber.find(this_fiber::id());
    if (mine == all.of_fiber.end() || all.waits.size() >= most_places) {
        return;
    }
    try {
        seen_wait& seen = all.waits[{report::last_counted(), mine->second.back().code}];
        ++seen.times;
        seen.most = std::max(seen.most, mine->second.size());
    } catch (const std::bad_alloc&) {  // then the report lacks it
    }
}

void write(std::FILE* to) {
    noted_locks& all = noted();
    const std::lock_guard held(all.guard);
    std::fputs("waits while locks were held, and where the last one was taken:\n", to);
    for (const auto& [where, seen] : all.waits) {
        std::fprintf(to, "  %s: %llu times, %zu locks at most, in %s\n", where.first.c_str(),
                     static_cast<unsigned long long>(seen.times), seen.most,
                     name_of(where.second).c_str());
    }
    if (all.waits.empty()) {
        std::fputs("  none\n", to);
    }
}

}  // namespace weft::interpose::held_locks
