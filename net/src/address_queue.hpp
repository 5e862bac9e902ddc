// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/address.hpp>

#include <deque>
#include <vector>

namespace weft::net {

/// Addresses in the order in which to try them: the families alternate, IPv6 first.
///
/// Source: RFC 8305 section 4, with First Address Family Count 1.
class address_queue {
public:
    void add(const std::vector<address>& more) {
        for (const auto& each : more) {
            (each.family() == family::v6 ? v6_ : v4_).push_back(each);
        }
    }

    [[nodiscard]] bool empty() const noexcept { return v6_.empty() && v4_.empty(); }

    [[nodiscard]] bool has_v6() const noexcept { return !v6_.empty(); }

    /// Takes the next address; there must be one.
    address take() {
        const bool use_v6 = v4_.empty() || (!v6_.empty() && !last_was_v6_);
        auto& from = use_v6 ? v6_ : v4_;
        const address taken = from.front();
        from.pop_front();
        last_was_v6_ = use_v6;
        return taken;
    }

private:
    std::deque<address> v6_;
    std::deque<address> v4_;
    bool last_was_v6_ = false;
};

}  // namespace weft::net
