// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "interpose/differential/session.hpp"

#include <functional>
#include <string>
#include <vector>

namespace weft::test {

/// One function of libc in one situation: what it does natively is compared with what it does in a
/// fiber under the layer.
struct differential_case {
    std::string function;
    std::string situation;
    std::function<void(session&)> body;
    std::string difference = {};  ///< why the two differ; empty: they are the same
};

[[nodiscard]] std::vector<differential_case> reading_cases();
[[nodiscard]] std::vector<differential_case> writing_cases();
[[nodiscard]] std::vector<differential_case> waiting_cases();
[[nodiscard]] std::vector<differential_case> connecting_cases();
[[nodiscard]] std::vector<differential_case> other_cases();

/// All of them, in the order in which they are shown.
[[nodiscard]] std::vector<differential_case> all_cases();

/// A situation as a function of what is called and of the kind of descriptor. Adds one case, which
/// goes through the kinds for which `fits` is true; none if it is true for none.
template <class Function, class Fits, class Body>
void add_for_kinds(std::vector<differential_case>& to, const Function& function,
                   const char* situation, Fits fits, Body body, std::string difference = {}) {
    to.push_back({function.name, situation,
                  [=](session& with) {
                      for (const channel_kind& kind : channel_kinds()) {
                          if (fits(function, kind)) {
                              with.note_text("kind", kind.name);
                              body(with, function, kind);
                          }
                      }
                  },
                  std::move(difference)});
}

}  // namespace weft::test
