// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <locale.h>
#include <cstdint>

namespace weft::interpose {

namespace detail {

/// The fiber whose locale, set by uselocale(), the thread has now; 0: it has none of a fiber.
[[gnu::visibility("hidden")]] extern constinit thread_local std::uint64_t fiber_of_locale
    __attribute__((tls_model("initial-exec")));

/// Takes the thread's locale away; returns it if it is the calling fiber's, else null.
[[nodiscard]] locale_t put_locale_aside() noexcept;

/// Gives it back to the calling fiber.
void take_locale_again(locale_t own) noexcept;

}  // namespace detail

/// A fiber's locale is not that of the others, which run during this object's life.
class locale_aside {
public:
    locale_aside() noexcept
        : own_(detail::fiber_of_locale != 0 ? detail::put_locale_aside() : nullptr) {}
    locale_aside(const locale_aside&) = delete;
    locale_aside& operator=(const locale_aside&) = delete;
    ~locale_aside() {
        if (own_ != nullptr) {
            detail::take_locale_again(own_);
        }
    }

private:
    locale_t own_;
};

}  // namespace weft::interpose
