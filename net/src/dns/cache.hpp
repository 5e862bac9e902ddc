// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "dns/answer.hpp"

#include <weft/clock.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <unordered_map>

namespace weft::net::dns {

/// Answers that are still valid; when it is full, the one not used for longest goes.
class cache {
public:
    /// \param capacity  answers at most; 0: none.
    explicit cache(std::size_t capacity) : capacity_(capacity) {}

    [[nodiscard]] std::optional<answer> find(const question& asked);

    /// Remembers `known` for answer::ttl from now on.
    void insert(const question& asked, const answer& known);

    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct entry {
        question asked;
        answer known;
        clock::time_point expires;
    };
    using entry_list = std::list<entry>;

    void erase(entry_list::iterator erased);

    std::size_t capacity_;
    entry_list entries_;  // the one used last comes first
    std::unordered_map<question, entry_list::iterator, question_hash> by_question_;
};

}  // namespace weft::net::dns
