// SPDX-License-Identifier: BSL-1.0
#include <weft/temporary_directory.hpp>

#include <weft/detail/scope_state.hpp>
#include <weft/worker_pool.hpp>

#include "fork_guard.hpp"
#include "system_failure.hpp"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

namespace weft {

temporary_directory::temporary_directory(std::string_view prefix,
                                         const std::filesystem::path& parent)
    : made_in_(detail::fork_generation()) {
    const auto where = parent.empty() ? std::filesystem::temp_directory_path() : parent;
    path_ = to_thread([&] {
        std::string name = where / (std::string(prefix) + "XXXXXX");
        if (::mkdtemp(name.data()) == nullptr) {
            const int error = errno;
            detail::throw_system(error, "temporary directory '" + name + "'");
        }
        return name;
    });
}

temporary_directory::~temporary_directory() {
    if (made_in_ != detail::fork_generation()) {
        return;
    }
    const auto remove = [this] {
        std::error_code dropped;
        std::filesystem::remove_all(path_, dropped);
    };
    try {
        detail::run_shielded([&] { to_thread(remove); });
    } catch (...) {  // no fiber, or no worker can be had
        remove();
    }
}

}  // namespace weft
