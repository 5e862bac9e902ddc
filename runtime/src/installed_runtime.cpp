// SPDX-License-Identifier: BSL-1.0
#include "installed_runtime.hpp"

#include <weft/error.hpp>

#include "fork_guard.hpp"
#include "remote_queue.hpp"
#include "scheduler.hpp"
#include "worker_pool.hpp"

#include <string>

namespace weft::detail {

namespace {

std::unique_ptr<scheduler> install(const char* who, const run_options& options) {
    if (current_fiber != nullptr) {
        throw usage_error(std::string(who) + ": this thread is a runtime already");
    }
    guard_forks();
    auto home = std::make_unique<scheduler>(options);
    home->root().values = current_values();
    current_fiber = &home->root();
    return home;
}

}  // namespace

installed_runtime::installed_runtime(const char* who, const run_options& options)
    : home_(install(who, options)), on_interrupt_(*home_, options.handle_interrupt) {}

installed_runtime::~installed_runtime() {
    if (home_ != nullptr) {
        home_->remote()->close();
        current_fiber = nullptr;
    }
}

bool installed_runtime::shut_down() {
    scheduler& home = *home_;
    if (!home.end_fibers()) {
        return false;
    }
    if (home.has_workers() && !home.workers().join(home.options().pool_join_limit)) {
        home.report(error_kind::pool_not_joined, nullptr,
                    "worker threads still ran at the end of run() and were left behind", nullptr);
    }
    return true;
}

void installed_runtime::leave_behind() noexcept {
    home_->remote()->close();
    static_cast<void>(home_.release());
    current_fiber = nullptr;
}

}  // namespace weft::detail
