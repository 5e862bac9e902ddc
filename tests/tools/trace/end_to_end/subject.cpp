// SPDX-License-Identifier: BSL-1.0
//
// A program whose behaviour is known, for the tests of weft-trace. Its argument says what it does:
//
//     ping N      two fibers hand N numbers through a channel, then it says how many and ends
//     endless     the same without end
//     stall       a fiber keeps the loop for 60 ms
//     lose        a fiber fails, and nobody asks for its result
//     exit N      ends with this exit code at once
//     told N      asks for a snapshot at SIGUSR2, and ends with this exit code at SIGTERM
//
// It says "ready" when it runs.
#include <weft/channel.hpp>
#include <weft/run.hpp>
#include <weft/signals.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>
#include <weft/trace.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace {

void say(const char* text) {
    std::puts(text);
    std::fflush(stdout);
}

void ping(long count) {
    weft::channel<long> numbers(0);
    auto reader = weft::spawn(
        [&numbers] {
            while (numbers.receive()) {
            }
        },
        {.name = "reader"});
    for (long i = 0; i != count; ++i) {
        numbers.send(i);
    }
    numbers.close();
    reader.join();
}

void stall() {
    using clock = std::chrono::steady_clock;
    const auto end = clock::now() + std::chrono::milliseconds(60);
    while (clock::now() < end) {
    }
}

void lose() {
    weft::spawn([] { throw std::runtime_error("gone"); }).detach();
    weft::this_fiber::yield();
}

/// "ready" only now: before, the signals would end it.
void do_as_told() {
    weft::signals told({SIGUSR2, SIGTERM});
    say("ready");
    while (told.next() != SIGTERM) {
        weft::trace::snapshot("SIGUSR2 came");
    }
}

int act(int count, char** arguments) {
    const char* what = count > 1 ? arguments[1] : "";
    const long number = count > 2 ? std::strtol(arguments[2], nullptr, 10) : -1;
    if (std::strcmp(what, "told") == 0) {
        do_as_told();
        return static_cast<int>(number);
    }
    say("ready");
    if (std::strcmp(what, "exit") == 0) {
        return static_cast<int>(number);
    }
    if (std::strcmp(what, "lose") == 0) {
        lose();
        return 0;
    }
    std::strcmp(what, "stall") == 0 ? stall() : ping(number);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    return weft::run([&] { return act(count, arguments); });
}
