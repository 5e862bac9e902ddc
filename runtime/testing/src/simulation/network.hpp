// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/timer.hpp>
#include <weft/testing/detail/name_service.hpp>
#include <weft/testing/simulated_network.hpp>

#include "simulation/event_trace.hpp"
#include "simulation/place.hpp"
#include "simulation/rules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weft::detail {
struct operation;
class scheduler;
}  // namespace weft::detail

namespace weft::testing::detail {

class simulated_backend;
class simulated_socket;

/// Seeds for several purposes from one, far apart for those that are neighbours.
/// Source: the finalizer of splitmix64.
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t seed, std::uint64_t purpose) noexcept {
    std::uint64_t z = seed + purpose * 0x9e37'79b9'7f4a'7c15U;
    z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9U;
    z = (z ^ z >> 27) * 0x94d0'49bb'1331'11ebU;
    return z ^ z >> 31;
}

/// Numbers from a seed that are the same on every machine.
class dice {
public:
    explicit dice(std::uint64_t seed) : numbers_(seed) {}

    [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most) {
        return least + numbers_() % (most - least + 1);
    }
    [[nodiscard]] bool chance(double probability) {
        // Nothing is drawn for what cannot be: a condition that is off changes no other.
        return probability > 0 && static_cast<double>(numbers_() >> 11) * 0x1p-53 < probability;
    }
    [[nodiscard]] clock::duration between(clock::duration least, clock::duration most) {
        return clock::duration(static_cast<clock::rep>(
            between(static_cast<std::uint64_t>(least.count()),
                    static_cast<std::uint64_t>(std::max(least, most).count()))));
    }

private:
    std::mt19937_64 numbers_;
};

/// The network of one simulation: its sockets, what is under way between them, and when it arrives.
///
/// Invariants:
/// 1. Sockets have numbers that the kernel gives to nobody, and the lowest free one.
/// 2. One timer of the runtime stands for all that is under way; what is due at the same time
///    happens in the order in which it was sent.
class network {
public:
    network(std::uint64_t seed, const network_conditions& chosen, std::size_t most_events);
    network(const network&) = delete;
    network& operator=(const network&) = delete;
    ~network();

    /// The simulation of this thread; null if there is none.
    static thread_local network* here;

    static constexpr int first_number = 0x4000'0000;

    [[nodiscard]] clock::time_point now() const noexcept;

    /// Does something later, on behalf of nobody.
    void after(clock::duration delay, std::function<void()> what);

    // Sockets by number.

    int add(std::shared_ptr<simulated_socket> made);
    void replace(int number, std::shared_ptr<simulated_socket> by);
    [[nodiscard]] simulated_socket* find(int number) const noexcept;

    /// Closes it; those who wait for it fail with EBADF.
    void close(int number) noexcept;
    [[nodiscard]] std::size_t open() const noexcept { return open_; }

    template <class Visit>
    void for_each(Visit&& visit) const {
        for (const auto& each : sockets_) {
            if (each != nullptr) {
                visit(*each);
            }
        }
    }

    // Addresses.

    /// That of the calling fiber's host, in the family of `towards`.
    [[nodiscard]] place source_for(const place& towards);

    /// A port that nobody uses.
    [[nodiscard]] std::uint16_t free_port() noexcept;

    // What waits.

    /// What the name server says to a question now; empty: nothing.
    [[nodiscard]] std::string answer_for(const std::string& question);

    void hold(simulated_backend& reactor) noexcept { reactor_ = &reactor; }
    void finished(weft::detail::operation& done) noexcept;

    /// \param subject  the number of a socket, or 0.
    void note(const char* what, int subject, std::uint64_t amount = event_trace::no_amount,
              std::string text = {}) {
        trace->add(now(), what, subject >= first_number ? subject - first_number + 1 : 0, amount,
                   std::move(text));
    }

    network_conditions conditions;
    dice chances;
    std::shared_ptr<event_trace> trace;
    rules broken;
    name_service names;

private:
    struct arrival {
        clock::time_point due;
        std::uint64_t sequence;
        // Shared, since a priority queue gives out copies only.
        std::shared_ptr<std::function<void()>> what;
        bool operator<(const arrival& other) const noexcept {
            return due != other.due ? due > other.due : sequence > other.sequence;
        }
    };
    struct due_timer : weft::detail::timer {
        network* owner = nullptr;
    };

    void arm() noexcept;
    void deliver_due() noexcept;
    [[nodiscard]] weft::detail::scheduler& home() const noexcept;

    std::vector<std::shared_ptr<simulated_socket>> sockets_;
    std::set<int> free_;
    std::size_t open_ = 0;
    std::priority_queue<arrival> under_way_;
    std::uint64_t sent_ = 0;
    due_timer timer_;
    clock::time_point armed_for_ = never;
    simulated_backend* reactor_ = nullptr;
    std::uint16_t last_port_ = 32'767;
};

}  // namespace weft::testing::detail
