// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>
#include <vector>

#include "state/runtime_state.hpp"

namespace weft::trace_tool {

/// A fiber and the runtime that it is of.
struct shown_fiber {
    const trace::fiber_row* row;
    const runtime_state* runtime;
};

/// Which fibers are shown, and in which order.
struct fiber_filter {
    std::string state;        ///< only those in this state; empty: in any
    std::string name;         ///< only those with this in their name
    std::string wait;         ///< only those with this in their wait reason
    std::string sort = "id";  ///< one of sort_keys
};

/// By what fibers can be sorted; all descending but id and name.
inline const std::vector<std::string> sort_keys{"id", "name", "since", "waits", "age"};
/// The states that a filter can ask for.
inline const std::vector<std::string> state_names{"created", "ready", "running", "parked",
                                                  "finished"};

/// The fibers of all these runtimes that the filter lets through. The root, which is the thread
/// that called run() and not a fiber, is never among them.
[[nodiscard]] std::vector<shown_fiber> select_fibers(const std::vector<runtime_state>& states,
                                                     const fiber_filter& filter);

/// How long it has been in its state, ns.
[[nodiscard]] std::uint64_t time_in_state(const shown_fiber& fiber) noexcept;

}  // namespace weft::trace_tool
