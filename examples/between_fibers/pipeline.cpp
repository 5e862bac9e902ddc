// SPDX-License-Identifier: BSL-1.0
//
// A pipeline of channels by their ends. Each stage owns its ends, so the next one ends by itself
// when all who could send are gone; and senders learn when nobody receives any more.
#include "guide/guide.hpp"

#include <weft/channel_ends.hpp>
#include <weft/run.hpp>
#include <weft/task_group.hpp>

#include <cstdio>
#include <utility>

namespace {

void square(weft::receiver<int>& numbers, weft::sender<int>& squares) {
    while (const auto number = numbers.receive()) {
        squares.send(*number * *number);
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            auto [numbers_in, numbers_out] = weft::make_channel<int>(2);
            auto [squares_in, squares_out] = weft::make_channel<int>(0);
            weft::with_task_group([&, &squares_out = squares_out](weft::task_group& group) {
                for (int worker = 0; worker < 3; ++worker) {
                    group.spawn(
                        [from = numbers_out, to = squares_in]() mutable { square(from, to); });
                }
                group.spawn([to = std::move(numbers_in)]() mutable {
                    for (int i = 1; i <= 10; ++i) {
                        to.send(i);
                    }
                });
                squares_in.close();  // the workers have ends of their own
                int sum = 0;
                while (const auto next = squares_out.receive()) {
                    sum += *next;
                }
                std::printf("the sum of the squares is %d\n", sum);
            });
            auto [nowhere, nobody] = weft::make_channel<int>(1);
            nobody.close();
            try {
                nowhere.send(1);
            } catch (const weft::channel_broken& error) {
                std::printf("%s\n", error.what());
            }
        },
        guide::options());
}
