// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <stdexcept>

namespace weft::fuzz {

/// A parser contradicts itself. Nobody catches it under libFuzzer, which then keeps the input.
class violation : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

/// \throws violation  naming `what` should hold.
inline void require(bool condition, const char* what) {
    if (!condition) {
        throw violation(what);
    }
}

}  // namespace weft::fuzz
