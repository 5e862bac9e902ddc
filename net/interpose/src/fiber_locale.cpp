// SPDX-License-Identifier: BSL-1.0

// uselocale: the locale of a thread is one of the fiber that set it. It is put aside while that
// fiber may wait in a call of this layer, so it costs nothing where nobody sets one.

#include "fiber_locale.hpp"

#include "fiber_call.hpp"
#include "real_of.hpp"

namespace weft::interpose {

constinit thread_local std::uint64_t detail::fiber_of_locale = 0;

namespace {

locale_t real_uselocale(locale_t wanted) noexcept {
    return real_of<&::uselocale>("uselocale")(wanted);
}

}  // namespace

locale_t detail::put_locale_aside() noexcept {
    const bool own = fiber_of_locale == this_fiber::id();
    const locale_t before = real_uselocale(LC_GLOBAL_LOCALE);
    fiber_of_locale = 0;
    return own ? before : nullptr;
}

void detail::take_locale_again(locale_t own) noexcept {
    real_uselocale(own);
    fiber_of_locale = this_fiber::id();
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" locale_t uselocale(locale_t wanted) noexcept {
    if (!on_fiber()) {
        return real_uselocale(wanted);
    }
    if (detail::fiber_of_locale != 0 && detail::fiber_of_locale != weft::this_fiber::id()) {
        static_cast<void>(detail::put_locale_aside());  // left by a fiber that has ended
    }
    const locale_t before = real_uselocale(wanted);
    if (wanted != nullptr && before != nullptr) {
        detail::fiber_of_locale = wanted == LC_GLOBAL_LOCALE ? 0 : weft::this_fiber::id();
    }
    return before;
}
