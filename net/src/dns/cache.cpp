// SPDX-License-Identifier: BSL-1.0
#include "dns/cache.hpp"

#include <iterator>

namespace weft::net::dns {

std::optional<answer> cache::find(const question& asked) {
    const auto found = by_question_.find(asked);
    if (found == by_question_.end()) {
        return std::nullopt;
    }
    const auto position = found->second;
    if (position->expires <= clock::now()) {
        erase(position);
        return std::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, position);
    return position->known;
}

void cache::insert(const question& asked, const answer& known) {
    if (capacity_ == 0 || known.ttl.count() <= 0) {
        return;
    }
    if (const auto old = by_question_.find(asked); old != by_question_.end()) {
        erase(old->second);
    }
    entries_.push_front({asked, known, deadline_after(known.ttl)});
    by_question_.insert_or_assign(asked, entries_.begin());
    if (entries_.size() > capacity_) {
        erase(std::prev(entries_.end()));
    }
}

void cache::erase(entry_list::iterator erased) {
    by_question_.erase(erased->asked);
    entries_.erase(erased);
}

}  // namespace weft::net::dns
