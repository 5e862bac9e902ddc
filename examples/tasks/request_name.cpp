// SPDX-License-Identifier: BSL-1.0
//
// fiber_local: what a request is called, known to everything that is done for it, without passing
// it along; also on a worker thread.
#include "guide/guide.hpp"

#include <weft/fiber_local.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>
#include <weft/worker_pool.hpp>

#include <chrono>
#include <cstdio>
#include <string>

namespace {

using namespace std::chrono_literals;

weft::fiber_local<std::string> request("no request");

void log(const char* what) {
    std::printf("%s: %s\n", request->c_str(), what);
}

void serve(int number) {
    request.set("request " + std::to_string(number));
    weft::this_fiber::sleep_for(number * 10ms);
    log("begins");
    weft::to_thread([] { log("computes on another thread"); });
    {
        const auto part = request.scoped(*request + ", cleanup");
        log("ends");
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            weft::with_task_group([](weft::task_group& group) {
                group.spawn([] { serve(1); });
                group.spawn([] { serve(2); });
            });
            log("all were served");
        },
        guide::options());
}
