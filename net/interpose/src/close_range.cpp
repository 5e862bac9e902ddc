// SPDX-License-Identifier: BSL-1.0

// closefrom, close_range: what a fiber closes the reactor hears of before, and the descriptors of
// the runtime itself stay open, as the program does not know them.

#include <weft/io.hpp>

#include "fiber_call.hpp"
#include "own_descriptors.hpp"
#include "real_of.hpp"
#include "socket_hint.hpp"
#include "unlimited_sockets.hpp"

#include <dirent.h>
#include <unistd.h>

#include <charconv>
#include <climits>
#include <cstring>
#include <memory>

namespace weft::interpose {

namespace {

/// The open descriptors within the bounds. \throws std::bad_alloc
std::vector<int> open_within(unsigned first, unsigned last) {
    struct closing {
        void operator()(DIR* owned) const noexcept { ::closedir(owned); }
    };
    const std::unique_ptr<DIR, closing> folder(::opendir("/proc/self/fd"));
    std::vector<int> found;
    while (const dirent* const entry = folder != nullptr ? ::readdir(folder.get()) : nullptr) {
        unsigned number = 0;
        const char* const end = entry->d_name + std::strlen(entry->d_name);
        const bool is_number = std::from_chars(entry->d_name, end, number).ptr == end;
        if (is_number && number >= first && number <= last) {
            found.push_back(static_cast<int>(number));
        }
    }
    return found;
}

/// The parts between the runtime's own descriptors.
int close_others(unsigned first, unsigned last, int flags) {
    const auto real_close_range = real_of<&::close_range>("close_range");
    for (const int fd : open_within(first, last)) {
        io::forget(fd);
        socket_hint::forget(fd);
    }
    for (const unsigned own : own_descriptors::within(first, last)) {
        if (own > first && real_close_range(first, own - 1, flags) != 0) {
            return -1;
        }
        first = own + 1;
    }
    return first <= last ? real_close_range(first, last, flags) : 0;
}

}  // namespace

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int close_range(unsigned first, unsigned last, int flags) noexcept {
    unlimited_sockets::forget_all();
    // Only what closes at once concerns the reactor.
    if (!on_fiber() || first > last || (static_cast<unsigned>(flags) & CLOSE_RANGE_CLOEXEC) != 0) {
        return real_of<&::close_range>("close_range")(first, last, flags);
    }
    return fiber_call<int>(-1, [=] { return close_others(first, last, flags); });
}

void closefrom(int first) noexcept {
    unlimited_sockets::forget_all();
    if (!on_fiber()) {
        real_of<&::closefrom>("closefrom")(first);
        return;
    }
    static_cast<void>(fiber_call<int>(-1, [=] {
        return close_others(first < 0 ? 0 : static_cast<unsigned>(first), UINT_MAX, 0);
    }));
}

}  // extern "C"
