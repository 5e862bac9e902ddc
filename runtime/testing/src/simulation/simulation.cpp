// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/simulate.hpp>

#include "simulation/local_hosts.hpp"
#include "simulation/network.hpp"
#include "simulation/tcp_socket.hpp"

#include <utility>

namespace weft::testing {

struct simulation::own_dice {
    explicit own_dice(std::uint64_t seed) : numbers(seed) {}
    detail::dice numbers;
};

simulation::simulation(std::uint64_t seed, detail::network& simulated)
    : seed_(seed),
      simulated_(simulated),
      network_(simulated),
      dice_(std::make_unique<own_dice>(detail::mixed(seed, 2))) {}

simulation::~simulation() = default;

std::uint64_t simulation::between(std::uint64_t least, std::uint64_t most) {
    return dice_->numbers.between(least, most);
}

bool simulation::chance(double probability) {
    return dice_->numbers.chance(probability);
}

void simulation::note(std::string text) {
    simulated_.trace->add(simulated_.now(), "notes", 0, 0, std::move(text));
}

void simulation::require(bool holds, std::string_view what) const {
    if (!holds) {
        throw simulation_failure(std::string(what));
    }
}

weft::detail::scoped_value simulation::as_host(std::string_view address) {
    return detail::become_host(address);
}

std::string simulation_result::trace() const {
    return events->text();
}

std::string simulation_result::end_of_trace(std::size_t lines) const {
    return events->last(lines);
}

network_conditions network_conditions::hostile() {
    network_conditions bad;
    bad.most_latency = std::chrono::milliseconds(300);
    bad.jitter = std::chrono::milliseconds(20);
    bad.least_buffer = 16;
    bad.short_read = bad.short_write = 0.5;
    bad.slow = 0.05;
    bad.refused = 0.05;
    bad.reset = 0.1;
    bad.silent = 0.05;
    bad.datagram_lost = 0.05;
    bad.datagram_doubled = 0.05;
    bad.name_failure = 0.05;
    bad.name_silence = 0.05;
    return bad;
}

void simulated_network::set_conditions(const network_conditions& changed) {
    network_.conditions = changed;
}

const network_conditions& simulated_network::conditions() const noexcept {
    return network_.conditions;
}

void simulated_network::add_name(std::string_view name, std::vector<std::string> addresses,
                                 std::chrono::seconds ttl) {
    network_.names.add(name, addresses, ttl);
}

void simulated_network::add_name(std::string_view name, name_answer answer) {
    network_.names.add(name, answer);
}

void simulated_network::partition(std::string_view one, std::string_view other) {
    network_.broken.cut(detail::parse_place(one), detail::parse_place(other));
    network_.note("is cut between", 0, 0, std::string(one) + " and " + std::string(other));
}

void simulated_network::isolate(std::string_view address) {
    network_.broken.isolate(detail::parse_place(address));
    network_.note("is cut around", 0, 0, std::string(address));
}

void simulated_network::heal() {
    network_.broken.clear();
    network_.note("is whole again", 0);
}

void simulated_network::refuse(std::string_view address) {
    network_.broken.decide(detail::parse_place(address), detail::rules::verdict::refused);
}

void simulated_network::black_hole(std::string_view address) {
    network_.broken.decide(detail::parse_place(address), detail::rules::verdict::swallowed);
}

void simulated_network::make_unreachable(std::string_view address) {
    network_.broken.decide(detail::parse_place(address), detail::rules::verdict::unreachable);
}

void simulated_network::reset_connections(std::string_view address) {
    const auto where = detail::parse_place(address);
    std::vector<std::shared_ptr<detail::simulated_socket>> met;
    network_.for_each([&](detail::simulated_socket& each) {
        if (detail::covers(where, each.local) || detail::covers(where, each.remote)) {
            met.push_back(each.shared_from_this());
        }
    });
    for (const auto& each : met) {
        auto* connection = dynamic_cast<detail::tcp_socket*>(each.get());
        if (connection != nullptr && connection->is_connected()) {
            connection->reset();
        }
    }
}

std::size_t simulated_network::open_sockets() const noexcept {
    return network_.open();
}

}  // namespace weft::testing
