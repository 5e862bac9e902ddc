// SPDX-License-Identifier: BSL-1.0
#include "lock_owners.hpp"

#include <weft/this_fiber.hpp>

#include <mutex>
#include <unordered_map>

namespace weft::interpose::lock_owners {

namespace {

struct owner {
    std::uint64_t fiber;
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

}  // namespace

std::uint64_t of(const void* lock) noexcept {
    owner_table& all = table();
    const std::lock_guard held(all.guard);
    const auto found = all.owners.find(lock);
    return found != all.owners.end() ? found->second.fiber : 0;
}

void add(const void* lock) {
    owner_table& all = table();
    const std::lock_guard held(all.guard);
    ++all.owners.try_emplace(lock, owner{this_fiber::id(), 0}).first->second.times;
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
