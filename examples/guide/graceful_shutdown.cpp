// SPDX-License-Identifier: BSL-1.0
//
// A program that ends well by SIGINT or SIGTERM: the first signal asks, the second one insists.
// This one sends itself what an operator would.
#include "guide/guide.hpp"

#include <weft/run.hpp>
#include <weft/shutdown.hpp>
#include <weft/signals.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>

namespace {

using namespace std::chrono_literals;

/// Works until it is asked to stop, and finishes what is under way.
void serve(weft::event& stop) {
    for (int job = 1; !stop.is_set(); ++job) {
        if (job == 3) {
            std::raise(SIGTERM);
        }
        weft::this_fiber::sleep_for(1s);
        std::printf("job %d is done\n", job);
    }
}

/// Would go on for an hour, but the operator insists.
void work_on(weft::event& stop) {
    std::raise(SIGINT);
    stop.wait();
    std::raise(SIGINT);
    weft::this_fiber::sleep_for(1h);
}

const char* name_of(weft::shutdown_outcome outcome) {
    return outcome == weft::shutdown_outcome::stopped ? "stopped in time" : "was cut off";
}

}  // namespace

int main() {
    weft::run(
        [] {
            std::printf("the first %s\n", name_of(weft::with_graceful_shutdown(serve)));
            std::printf("the second %s\n", name_of(weft::with_graceful_shutdown(work_on)));

            weft::signals received({SIGHUP, SIGUSR1});  // any signal, one by one
            std::raise(SIGHUP);
            if (received.next() == SIGHUP) {
                std::printf("it is time to read the configuration again\n");
            }
        },
        guide::options());
}
