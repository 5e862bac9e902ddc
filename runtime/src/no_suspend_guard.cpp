// SPDX-License-Identifier: BSL-1.0
#include <weft/no_suspend_guard.hpp>

#include "fiber.hpp"

#include <cstdio>
#include <cstdlib>

namespace weft {

// Without credit a fiber takes the slow path at every checkpoint and every park, and only there
// the guard is looked at.

no_suspend_guard::no_suspend_guard(std::source_location stands_at) noexcept
    : stands_at_(stands_at), fiber_(detail::current_fiber) {
    if (fiber_ != nullptr) {
        outer_ = std::exchange(fiber_->no_suspend, &stands_at_);
        credit_ = std::exchange(fiber_->credit, 0);
    }
}

no_suspend_guard::~no_suspend_guard() {
    if (fiber_ != nullptr) {
        fiber_->no_suspend = outer_;
        fiber_->credit = fiber_->scope->cause == nullptr ? credit_ : 0;
    }
}

void detail::suspension_forbidden(const fiber& self, const char* what) noexcept {
    std::fprintf(stderr,
                 "weft: bug: fiber %llu \"%s\" would be suspended (%s) inside the "
                 "no_suspend_guard at %s:%u\n",
                 static_cast<unsigned long long>(self.id), self.name.data(), what,
                 self.no_suspend->file_name(), static_cast<unsigned>(self.no_suspend->line()));
    std::abort();
}

}  // namespace weft
