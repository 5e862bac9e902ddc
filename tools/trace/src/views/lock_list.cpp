// SPDX-License-Identifier: BSL-1.0

#include "views/lock_list.hpp"

#include <algorithm>

#include "output/json.hpp"
#include "output/table.hpp"
#include "views/fiber_names.hpp"
#include "views/fiber_text.hpp"

namespace weft::trace_tool {
namespace {

struct shown_lock {
    const object_state* object;
    const runtime_state* runtime;
};

std::vector<shown_lock> find_locks(const std::vector<runtime_state>& states) {
    std::vector<shown_lock> locks;
    for (const runtime_state& state : states) {
        for (const object_state& object : state.objects) {
            if (object.row.kind == trace::object_kind::lock) {
                locks.push_back({&object, &state});
            }
        }
    }
    std::stable_sort(locks.begin(), locks.end(), [](const shown_lock& a, const shown_lock& b) {
        return a.object->row.waiters > b.object->row.waiters;
    });
    return locks;
}

/// The owner, 0 if it is not known: nobody keeps it up to date when nobody waits.
std::uint64_t owner_of(const shown_lock& lock) noexcept {
    return lock.object->row.waiters == 0 ? 0 : lock.object->row.owner;
}

std::uint64_t held_for(const shown_lock& lock) noexcept {
    return lock.runtime->now - std::min(lock.runtime->now, lock.object->row.since);
}

json ids_of_waiters(const shown_lock& lock) {
    json ids = json::array();
    for (const trace::fiber_row& row : lock.runtime->fibers) {
        if (row.state == trace::row_state::parked && row.object == lock.object->row.address) {
            ids.push_back(row.id);
        }
    }
    return ids;
}

}  // namespace

void print_locks(std::ostream& out, const std::vector<runtime_state>& states) {
    using side = table::side;
    const fiber_names names(states);
    table rows({{"LOCK"},
                {"OWNER"},
                {"WHICH-IS"},
                {"SINCE", side::right},
                {"WAITERS", side::right},
                {"CONTENDED", side::right}});
    for (const shown_lock& lock : find_locks(states)) {
        const std::uint64_t owner = owner_of(lock);
        rows.add(object_label(*lock.object, *lock.runtime));
        rows.add(owner == 0 ? "" : names.label(owner));
        rows.add(owner == 0 ? "" : names.activity(owner));
        rows.add(owner == 0 ? "" : duration_text(held_for(lock)));
        rows.add(lock.object->row.waiters);
        rows.add(lock.object->row.contended);
    }
    rows.print(out);
}

void print_locks_json(std::ostream& out, const std::vector<runtime_state>& states) {
    const fiber_names names(states);
    json_list list(out, "locks");
    for (const shown_lock& lock : find_locks(states)) {
        const std::uint64_t owner = owner_of(lock);
        list.add({{"kind", reason_name(lock.object->row.reason, *lock.runtime)},
                  {"name", lock.object->name},
                  {"address", lock.object->row.address},
                  {"owner", owner},
                  {"ownerState", owner == 0 ? "" : names.activity(owner)},
                  {"heldNs", owner == 0 ? 0 : held_for(lock)},
                  {"waiters", ids_of_waiters(lock)},
                  {"contended", lock.object->row.contended}});
    }
    list.finish();
}

}  // namespace weft::trace_tool
