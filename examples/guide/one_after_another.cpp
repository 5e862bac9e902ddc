// SPDX-License-Identifier: BSL-1.0
//
// Calling a function waits for it; spawning it does not. Two waits of 1 s and 2 s take 3 s one
// after another and 2 s at the same time.
#include "guide/guide.hpp"

#include <weft/run.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include <chrono>
#include <cstdio>

namespace {

void say_after(std::chrono::seconds wait, const char* word) {
    weft::this_fiber::sleep_for(wait);
    std::puts(word);
}

void one_after_another() {
    using namespace std::chrono_literals;
    say_after(1s, "hello");
    say_after(2s, "world");
}

void at_the_same_time() {
    using namespace std::chrono_literals;
    auto hello = weft::spawn([] { say_after(1s, "hello"); });
    auto world = weft::spawn([] { say_after(2s, "world"); });
    hello.get();
    world.get();
}

}  // namespace

int main() {
    weft::run(
        [] {
            std::printf("one after another: %.0f s\n", guide::seconds_of(one_after_another));
            std::printf("at the same time: %.0f s\n", guide::seconds_of(at_the_same_time));
        },
        guide::options());
}
