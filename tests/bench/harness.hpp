// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weft::bench {

struct options;

/// What a figure should reach: at most `limit`, as a ratio to the baseline or as it is.
struct goal {
    enum class kind { none, ratio, value };

    kind measured = kind::none;
    double limit = 0;
};

/// The value must be at most `limit` times the baseline.
constexpr goal at_most_times(double limit) {
    return {goal::kind::ratio, limit};
}

/// The value itself must be at most `limit`.
constexpr goal at_most(double limit) {
    return {goal::kind::value, limit};
}

/// One number that a round yields, and with it one line of the output.
struct figure {
    std::string what;
    std::string unit;
    goal target{};
};

/// Measures one side once; yields one number for each figure of the contest, in their order.
using round = std::function<std::vector<double>()>;

/// A round that yields the one number of `measured`, each time in a process of its own.
[[nodiscard]] round alone(std::function<double()> measured);

/// Two sides that do the same work.
struct contest {
    std::string_view bench;       ///< name of the benchmark
    std::vector<figure> figures;  ///< at least one
    round weft;
    round baseline{};  ///< empty: there is none, the figure stands alone
};

/// Median and range of one figure over all rounds.
struct spread {
    double median = 0;
    double min = 0;
    double max = 0;
};

/// The spread of `samples`, of which there is at least one.
[[nodiscard]] spread spread_of(std::span<const double> samples);

/// A finished line: a figure with what was measured.
struct result {
    std::string_view bench;
    figure measured;
    spread weft;
    std::optional<spread> baseline;

    /// Median of weft over median of the baseline, if there is one.
    [[nodiscard]] std::optional<double> ratio() const;

    /// Whether the target was met, if there is one.
    [[nodiscard]] std::optional<bool> met() const;
};

/// Measures both sides in turn (weft, baseline, weft, baseline ...) and prints a line per figure.
///
/// Blocks: for all rounds.
void hold(const contest& held, const options& chosen);

}  // namespace weft::bench
