// SPDX-License-Identifier: BSL-1.0
//
// What blocks or computes for long goes to the worker pool. Only the calling fiber waits; the
// result or the exception comes back as if from an ordinary call.
#include "guide/guide.hpp"

#include <weft/gather.hpp>
#include <weft/run.hpp>
#include <weft/worker_pool.hpp>

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace {

std::uint64_t primes_below(std::uint64_t limit) {
    std::uint64_t count = 0;
    for (std::uint64_t candidate = 2; candidate < limit; ++candidate) {
        bool prime = true;
        for (std::uint64_t divisor = 2; prime && divisor * divisor <= candidate; ++divisor) {
            prime = candidate % divisor != 0;
        }
        count += prime ? 1U : 0U;
    }
    return count;
}

}  // namespace

int main() {
    weft::run([] {
        const auto own_thread = std::this_thread::get_id();
        const auto [few, many] =
            weft::gather([] { return weft::to_thread([] { return primes_below(1'000); }); },
                         [] { return weft::to_thread([] { return primes_below(100'000); }); });
        std::printf("%ju primes below 1000, %ju below 100000\n", std::uintmax_t{few},
                    std::uintmax_t{many});

        const bool elsewhere =
            weft::to_thread([own_thread] { return std::this_thread::get_id() != own_thread; });
        std::printf("computed on %s thread\n", elsewhere ? "another" : "the same");

        try {
            weft::to_thread([] { throw std::runtime_error("the disk is full"); });
        } catch (const std::runtime_error& error) {
            std::printf("caught from the thread: %s\n", error.what());
        }
    });
}
