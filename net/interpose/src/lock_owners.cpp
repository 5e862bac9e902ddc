// SPDX-License-Identifier: BSL-1.0
#include "lock_owners.hpp"

#include <weft/this_fiber.hpp>

#include <mutex>
#include <unordered_map>

namespace weft::interpose::lock_owners {

namespace {

struct owner {
    std::uint64_t fiber;
    int thread;
    unsigned times;
};

struct owner_table {
    std::mutex guard;
    std::unordered_map<const void*, owner> owners;
};

/// Never destroyed: locks are used until the process ends.
owner_table& table() {
    static auto& made = *new owner_table;
    return made;
}

/// Under the guard: whoever takes the lock is noted by libc first and added here then.
int noted_thread(const int* thread) noexcept {
    return thread != nullptr ? __atomic_load_n(thread, __ATOMIC_RELAXED) : 0;
}

}  // namespace

std::uint64_t of(const void* lock, const int* thread) noexcept {
    owner_table& all = table();
    const std::lock_guard held(all.guard);
    const auto found = all.owners.find(lock);
    if (found == all.owners.end()) {
        return 0;
    }
    if (found->second.thread != noted_thread(thread)) {
        all.owners.erase(found);
        return 0;
    }
    return found->second.fiber;
}

void add(const void* lock, const int* thread) {
    owner_table& all = table();
    const std::lock_guard held(all.guard);
    owner& noted = all.owners[lock];
    const int by = noted_thread(thread);
    if (noted.fiber != this_fiber::id() || noted.thread != by) {
        noted = {this_fiber::id(), by, 0};
    }
    ++noted.times;
}

void remove(const void* lock) noexcept {
    owner_table& all = table();
    const std::lock_guard held(all.guard);
    const auto found = all.owners.find(lock);
    if (found != all.owners.end() && --found->second.times == 0) {
        all.owners.erase(found);
    }
}

}  // namespace weft::interpose::lock_owners
