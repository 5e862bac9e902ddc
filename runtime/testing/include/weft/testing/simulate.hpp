// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// Deterministic simulation: a program on virtual time, with a random order of ready fibers and a
/// network in memory, all drawn from a seed. The same seed gives the same run.

#include <weft/clock.hpp>
#include <weft/detail/value_share.hpp>
#include <weft/run.hpp>
#include <weft/testing/simulated_network.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace weft::testing {

namespace detail {
class event_trace;
class network;
}  // namespace detail

/// The simulation in which a fiber runs.
class simulation {
public:
    /// Made by simulate().
    simulation(std::uint64_t seed, detail::network& simulated);
    simulation(const simulation&) = delete;
    simulation& operator=(const simulation&) = delete;
    ~simulation();

    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
    [[nodiscard]] simulated_network& network() noexcept { return network_; }

    /// A number that the seed decides, for what the test itself varies.
    [[nodiscard]] std::uint64_t between(std::uint64_t least, std::uint64_t most);
    [[nodiscard]] bool chance(double probability);

    /// Adds a line to the trace.
    void note(std::string text);

    /// Fails the run, with `what` as the reason, unless `holds`.
    ///
    /// \throws simulation_failure
    void require(bool holds, std::string_view what) const;

    /// For its lifetime, the calling fiber and those that it spawns connect from `address`, an IPv4
    /// address, and for IPv6 from fd00:: with the same last four bytes.
    ///
    /// \throws usage_error  for what is no IPv4 address.
    [[nodiscard]] weft::detail::scoped_value as_host(std::string_view address);

private:
    struct own_dice;

    std::uint64_t seed_;
    detail::network& simulated_;
    simulated_network network_;
    std::unique_ptr<own_dice> dice_;
};

/// Thrown by simulation::require().
class simulation_failure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What can be chosen for a simulation.
struct simulation_options {
    network_conditions network = {};
    /// How long the body may take, in virtual time; a body that waits for ever gets there at once.
    clock::duration time_limit = std::chrono::minutes(60);
    /// How long fibers may go on after it, before they count as left behind.
    clock::duration settling = std::chrono::minutes(1);
    bool may_leave_fibers = false;
    /// Events kept for the trace; further ones are counted.
    std::size_t most_events = 1'000'000;
    /// Of the runtime. Time, engine, order and error handler belong to the simulation.
    run_options runtime = {};
};

/// What became of a simulation.
struct simulation_result {
    std::uint64_t seed = 0;
    /// Why it failed: an exception, a failed assertion of GoogleTest, the time limit with all
    /// fibers, a report of the runtime, fibers or sockets left behind. Empty: it did not.
    std::string failure;
    /// Virtual time that passed.
    clock::duration took{};
    std::shared_ptr<const detail::event_trace> events;

    [[nodiscard]] bool failed() const noexcept { return !failure.empty(); }

    /// What happened, a line each: byte for byte the same for the same seed.
    [[nodiscard]] std::string trace() const;

    /// The last `lines` of it.
    [[nodiscard]] std::string end_of_trace(std::size_t lines) const;
};

using simulation_body = std::function<void(simulation&)>;

/// Runs `body` in the main fiber of a simulated runtime. Assertions of GoogleTest that fail inside
/// become part of the result and do not fail the test.
///
/// Blocks:  the thread, in real time only for worker threads.
/// \throws usage_error  inside a runtime.
[[nodiscard]] simulation_result simulate(std::uint64_t seed, const simulation_body& body,
                                         const simulation_options& options = {});

/// Simulates with the seeds 1, 2, ... until one fails, at most `count`.
[[nodiscard]] std::optional<simulation_result> find_failing_seed(
    std::uint64_t count, const simulation_body& body, const simulation_options& options = {});

/// The same as an assertion: fails the test with the seed, the end of its trace and the command
/// that replays it. The events of the fibers of that run are recorded in a file for weft-trace.
///
/// The environment: WEFT_SIMULATE_SEED=N runs that seed alone and prints its trace to stderr;
/// WEFT_SIMULATE_COUNT=N simulates so many seeds instead of `count`.
void simulate_many(std::uint64_t count, const simulation_body& body,
                   const simulation_options& options = {});

}  // namespace weft::testing
