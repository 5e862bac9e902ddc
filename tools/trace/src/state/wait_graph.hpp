// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// That a fiber can go on only when another one has done something.
struct wait_edge {
    std::uint64_t from;
    std::uint64_t to;
    const object_state* lock;  ///< that `to` must give back; null: `to` must end
};

/// Fibers that wait for one another, each in a ring.
using wait_cycle = std::vector<wait_edge>;

/// Who waits for whom, as far as that is certain: for the owner of a lock, for the end of a fiber.
///
/// Lifetime: the states outlive it.
class wait_graph {
public:
    explicit wait_graph(const std::vector<runtime_state>& states);

    /// What the fiber waits for; null if that is not one certain fiber.
    [[nodiscard]] const wait_edge* edge_of(std::uint64_t fiber) const;

    /// What each fiber waits for, if that is one certain fiber.
    [[nodiscard]] const std::unordered_map<std::uint64_t, wait_edge>& edges() const noexcept {
        return edges_;
    }

    /// Every ring once, beginning with its lowest id.
    [[nodiscard]] const std::vector<wait_cycle>& cycles() const noexcept { return cycles_; }

    [[nodiscard]] bool in_cycle(std::uint64_t fiber) const { return in_cycle_.contains(fiber); }

private:
    void add_edges(const runtime_state& state);
    void find_cycle_from(std::uint64_t start, std::unordered_set<std::uint64_t>& visited);

    std::unordered_map<std::uint64_t, wait_edge> edges_;
    std::vector<wait_cycle> cycles_;
    std::unordered_set<std::uint64_t> in_cycle_;
};

/// The rings of `before` whose fibers have not moved until `after`, which was read later: they were
/// all there at one moment, which one reading alone cannot tell.
[[nodiscard]] std::vector<wait_cycle> confirmed_cycles(const wait_graph& before,
                                                       const std::vector<runtime_state>& then,
                                                       const std::vector<runtime_state>& after);

/// Waits of `before` for locks that fibers held when they ended, as far as that is certain: `after`
/// was read later, and everything could be read. By the lowest id of who waits.
[[nodiscard]] std::vector<wait_edge> waits_for_the_dead(const wait_graph& before,
                                                        const std::vector<runtime_state>& then,
                                                        const std::vector<runtime_state>& after);

}  // namespace weft::trace_tool
