// SPDX-License-Identifier: BSL-1.0
//
// gather() runs functions concurrently and returns their results in the order of the arguments,
// not of their ends. For any number of them: gather(std::vector<task<T>>).
#include "guide/guide.hpp"

#include <weft/gather.hpp>
#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

int square_after(std::chrono::milliseconds wait, int number) {
    weft::this_fiber::sleep_for(wait);
    std::printf("%d is squared\n", number);
    return number * number;
}

void of_different_types() {
    const auto [number, word] =
        weft::gather([] { return square_after(200ms, 7); }, [] { return std::string("done"); });
    std::printf("%d, %s\n", number, word.c_str());
}

void of_any_number() {
    std::vector<weft::task<int>> tasks;
    for (int number = 1; number <= 3; ++number) {
        tasks.push_back(
            weft::spawn([number] { return square_after(400ms - number * 100ms, number); }));
    }
    for (const int squared : weft::gather(std::move(tasks))) {
        std::printf("%d\n", squared);
    }
}

}  // namespace

int main() {
    weft::run(
        [] {
            of_different_types();
            of_any_number();
        },
        guide::options());
}
