// SPDX-License-Identifier: BSL-1.0
#include "fiber_call.hpp"

#include <weft/error.hpp>

#include "signal_waits.hpp"

#include <new>
#include <system_error>

namespace weft::interpose {

void checkpoint() {
    note_call_begins();
    constexpr unsigned calls_between_yields = 64;
    static constinit thread_local unsigned calls = 0;
    if (++calls % calls_between_yields == 0) {
        this_fiber::yield();
    } else {
        this_fiber::check_cancelled();
    }
}

int errno_of_current_exception() noexcept {
    try {
        throw;
    } catch (const cancelled& request) {
        return request.reason() == "deadline" ? ETIMEDOUT : ECANCELED;
    } catch (const interrupted_by_handler&) {
        return EINTR;
    } catch (const std::system_error& error) {
        return error.code().value();
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    } catch (...) {
        return EIO;
    }
}

}  // namespace weft::interpose
