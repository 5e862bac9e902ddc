// SPDX-License-Identifier: BSL-1.0
#include <weft/shutdown.hpp>

#include <weft/scope.hpp>
#include <weft/signals.hpp>
#include <weft/task.hpp>

#include <memory>
#include <string>

namespace weft {

shutdown_outcome with_graceful_shutdown(const std::function<void(event& stop)>& body,
                                        const shutdown_options& options) {
    auto received = std::make_unique<signals>(options.signals);
    event stop;
    cancel_scope scope;
    bool over = false;
    {
        const auto watching = spawn([&] {
            static_cast<void>(received->next());
            stop.set();
            if (over) {
                return;  // it came while the body ended
            }
            scope.set_deadline(deadline_after(options.grace));
            scope.cancel("signal " + std::to_string(received->next()) + " came");
            received.reset();
        });
        scope.run([&] { body(stop); });
        over = true;
    }
    if (scope.cancelled_caught()) {
        return shutdown_outcome::cut_off;
    }
    return stop.is_set() ? shutdown_outcome::stopped : shutdown_outcome::finished;
}

}  // namespace weft
