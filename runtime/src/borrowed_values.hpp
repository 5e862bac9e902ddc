// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/detail/value_share.hpp>

namespace weft::detail {

/// Lets this thread see the values of a fiber for a lifetime; what it sets meanwhile is dropped.
class borrowed_values {
public:
    explicit borrowed_values(const value_share& from) noexcept;
    borrowed_values(const borrowed_values&) = delete;
    borrowed_values& operator=(const borrowed_values&) = delete;
    ~borrowed_values();

private:
    value_share before_;
};

}  // namespace weft::detail
