// SPDX-License-Identifier: BSL-1.0
//
// A group of services: start() returns once a service is ready, spawn_child() gives a handle to a
// result, cancel() ends all, and a failure arrives with all others in one exception_group.
#include "guide/guide.hpp"

#include <weft/channel.hpp>
#include <weft/exception_group.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using namespace std::chrono_literals;

void services() {
    weft::channel<std::string> log(10);
    weft::with_task_group([&](weft::task_group& group) {
        const int port = group.start<int>([&](weft::start_status<int> status) {
            weft::this_fiber::sleep_for(100ms);  // opens its sockets
            status.started(8080);
            while (const auto line = log.receive()) {
                std::printf("server: %s\n", line->c_str());
            }
        });
        std::printf("listening on port %d\n", port);
        auto count = group.spawn_child([&] {
            log.send("hello");
            return 1;
        });
        std::printf("%d client was served\n", count.get());
        weft::this_fiber::yield();
        group.cancel("enough");
    });
}

void fail_in_two_ways() {
    weft::with_task_group([](weft::task_group& group) {
        group.spawn([] {
            weft::this_fiber::yield();  // lets the other begin: cancelled before, it never would
            throw std::system_error(std::make_error_code(std::errc::io_error));
        });
        group.spawn([] {
            try {
                weft::this_fiber::sleep_for(1h);
            } catch (const weft::cancelled&) {
                throw std::runtime_error("did not stop cleanly");
            }
        });
    });
}

void failures() {
    try {
        fail_in_two_ways();
    } catch (const weft::exception_group& group) {
        const auto [system, others] = group.split<std::system_error>();
        system->visit<std::system_error>(
            [](const std::system_error& error) { std::printf("system: %s\n", error.what()); });
        std::printf("others: %s\n", others->what());
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            services();
            failures();
        },
        guide::options());
}
