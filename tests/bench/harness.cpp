// SPDX-License-Identifier: BSL-1.0
#include "harness.hpp"

#include "options.hpp"
#include "process.hpp"
#include "report.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace weft::bench {

namespace {

// Collects the numbers of one side: samples[figure][round].
class side {
public:
    explicit side(std::size_t figures) : samples_(figures) {}

    void measure(const round& measured) {
        const auto numbers = measured();
        if (numbers.size() != samples_.size()) {
            throw std::logic_error("a round must yield one number for each figure");
        }
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            samples_[i].push_back(numbers[i]);
        }
    }

    spread of(std::size_t index) const { return spread_of(samples_[index]); }

private:
    std::vector<std::vector<double>> samples_;
};

}  // namespace

spread spread_of(std::span<const double> samples) {
    std::vector<double> sorted(samples.begin(), samples.end());
    std::ranges::sort(sorted);
    const auto upper = sorted[sorted.size() / 2];
    const auto lower = sorted[(sorted.size() - 1) / 2];
    return {std::midpoint(lower, upper), sorted.front(), sorted.back()};
}

std::optional<double> result::ratio() const {
    if (!baseline || baseline->median == 0) {
        return std::nullopt;
    }
    return weft.median / baseline->median;
}

std::optional<bool> result::met() const {
    switch (measured.target.measured) {
        case goal::kind::value: return weft.median <= measured.target.limit;
        case goal::kind::ratio:
            return ratio() ? std::optional(*ratio() <= measured.target.limit) : std::nullopt;
        case goal::kind::none: break;
    }
    return std::nullopt;
}

round alone(std::function<double()> measured) {
    return [measured = std::move(measured)] {
        return in_child([&measured] { return std::vector{measured()}; });
    };
}

void hold(const contest& held, const options& chosen) {
    side weft(held.figures.size());
    side baseline(held.figures.size());
    for (int i = 0; i < chosen.rounds; ++i) {
        show_progress(std::string(held.bench) + ": " + held.figures.front().what + ", round " +
                      std::to_string(i + 1) + " of " + std::to_string(chosen.rounds));
        weft.measure(held.weft);
        if (held.baseline) {
            baseline.measure(held.baseline);
        }
    }
    clear_progress();
    for (std::size_t i = 0; i < held.figures.size(); ++i) {
        const auto other = held.baseline ? std::optional(baseline.of(i)) : std::nullopt;
        print({held.bench, held.figures[i], weft.of(i), other}, chosen.json);
    }
}

}  // namespace weft::bench
