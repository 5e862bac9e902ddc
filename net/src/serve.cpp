// SPDX-License-Identifier: BSL-1.0
#include <weft/net/serve.hpp>

#include <weft/task.hpp>

namespace weft::net::detail {

void report_handler_failure(const serve_options& options, std::exception_ptr failure) {
    if (options.on_error) {
        options.on_error(std::move(failure));
        return;
    }
    // What a detached fiber throws goes to the error handler of the runtime, and nowhere else.
    spawn([failure = std::move(failure)] { std::rethrow_exception(failure); },
          {.name = "connection handler"})
        .detach();
}

}  // namespace weft::net::detail
