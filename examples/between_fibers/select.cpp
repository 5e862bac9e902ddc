// SPDX-License-Identifier: BSL-1.0
//
// Waiting for whatever comes first: a value, a stop signal, the end of a pause.
#include "guide/guide.hpp"

#include <weft/channel.hpp>
#include <weft/event.hpp>
#include <weft/run.hpp>
#include <weft/select.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

namespace {

using namespace std::chrono_literals;

void serve(weft::channel<std::string>& orders, weft::event& closing_time) {
    bool open = true;
    while (open) {
        weft::select(weft::on_set(closing_time,
                                  [&] {
                                      std::printf("closed\n");
                                      open = false;
                                  }),
                     weft::on_receive(orders,
                                      [](const std::optional<std::string>& order) {
                                          std::printf("serving %s\n", order->c_str());
                                      }),
                     weft::on_timeout(50ms, [] { std::printf("nothing to do\n"); }));
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            weft::channel<std::string> orders(1);
            weft::event closing_time;
            auto serving = weft::spawn([&] { serve(orders, closing_time); });
            orders.send("tea");
            weft::this_fiber::sleep_for(70ms);
            orders.send("coffee");
            weft::this_fiber::sleep_for(10ms);
            closing_time.set();
            serving.get();

            const auto chosen = weft::select(weft::on_receive(orders, [](auto&&) {}),
                                             weft::otherwise([] { std::printf("no order\n"); }));
            std::printf("case %zu\n", chosen);
        },
        guide::options());
}
