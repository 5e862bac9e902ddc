// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>

#include <algorithm>
#include <vector>

namespace weft::net {

/// Addresses in the order in which to try them: sorted, then the families alternate, beginning with
/// that of the best one.
///
/// Source: RFC 8305 section 4, with First Address Family Count 1.
class address_queue {
public:
    /// \param sort  puts all that wait now, a vector, into their order.
    template <class Sort>
    void add(const std::vector<address>& more, Sort&& sort) {
        waiting_.insert(waiting_.end(), more.begin(), more.end());
        sort(waiting_);
    }

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }

    [[nodiscard]] bool has_v6() const noexcept {
        return std::ranges::find(waiting_, family::v6, &address::family) != waiting_.end();
    }

    /// Takes the next address; there must be one.
    address take() {
        auto next = std::ranges::find_if(
            waiting_, [this](const address& each) { return each.family() != last_; });
        if (next == waiting_.end()) {
            next = waiting_.begin();
        }
        const address taken = *next;
        waiting_.erase(next);
        last_ = taken.family();
        return taken;
    }

private:
    std::vector<address> waiting_;
    family last_ = family::any;  // of what was taken
};

}  // namespace weft::net
