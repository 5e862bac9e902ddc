// SPDX-License-Identifier: BSL-1.0
#include <weft/boost_fiber.hpp>

#include "boost_fiber_engine.hpp"
#include "installed_runtime.hpp"
#include "scheduler.hpp"

#include <utility>

namespace weft {

std::unique_ptr<detail::engine> boost_fiber_engine(detail::scheduler& home) {
    return std::make_unique<detail::boost_fiber_engine>(home);
}

boost_fiber_runtime::boost_fiber_runtime(run_options options) {
    options.engine = &boost_fiber_engine;
    runtime_ = std::make_unique<detail::installed_runtime>("boost_fiber_runtime", options);
    auto& root = runtime_->home().root();
    root.root_scope.attach(nullptr, &root);  // so that it can be cancelled and have time limits
    root.scope = &root.root_scope;
    runtime_->home().set_main(&root);
}

boost_fiber_runtime::~boost_fiber_runtime() {
    auto& home = runtime_->home();
    home.set_main(nullptr);
    home.root().root_scope.detach();
    home.root().scope = nullptr;
    if (!runtime_->shut_down()) {
        runtime_->leave_behind();
    }
}

}  // namespace weft
