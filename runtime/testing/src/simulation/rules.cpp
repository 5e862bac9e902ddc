// SPDX-License-Identifier: BSL-1.0
#include "simulation/rules.hpp"

#include <algorithm>

namespace weft::testing::detail {

bool covers(const place& rule, const place& where) noexcept {
    return rule.host == where.host && (rule.port == 0 || rule.port == where.port);
}

void rules::clear() noexcept {
    cuts_.clear();
    isolated_.clear();
    verdicts_.clear();
}

bool rules::separates(const place& one, const place& other) const noexcept {
    const bool cut = std::ranges::any_of(cuts_, [&](const auto& each) {
        return (covers(each.first, one) && covers(each.second, other)) ||
               (covers(each.first, other) && covers(each.second, one));
    });
    return cut || std::ranges::any_of(isolated_, [&](const place& each) {
               return covers(each, one) != covers(each, other);
           });
}

rules::verdict rules::about(const place& where) const noexcept {
    for (auto each = verdicts_.rbegin(); each != verdicts_.rend(); ++each) {
        if (covers(each->first, where)) {
            return each->second;
        }
    }
    return verdict::none;
}

}  // namespace weft::testing::detail
