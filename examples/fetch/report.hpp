// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fetch/fetcher.hpp"

#include <weft/clock.hpp>

#include <cstddef>
#include <string>

namespace fetch {

/// Prints outcomes to stdout as they come, and progress to stderr if that is a terminal.
class report {
public:
    /// \param expected  how many outcomes will come.
    report(bool json, std::size_t expected);

    /// Takes the progress off the terminal.
    ~report() { hide_progress(); }
    report(const report&) = delete;
    report& operator=(const report&) = delete;

    void add(const outcome& ended);

    /// Prints the last line.
    void finish();

    /// Whether every outcome was a success.
    [[nodiscard]] bool all_fetched() const noexcept { return failed_ == 0; }

private:
    void show_progress() const;
    void hide_progress() const;

    bool json_;
    bool terminal_;
    std::size_t expected_;
    std::size_t ended_ = 0;
    std::size_t failed_ = 0;
    double sum_ms_ = 0;
    weft::clock::time_point begin_ = weft::clock::now();
};

/// `ended` as one line of JSON; "sha256" is there only if it was computed.
[[nodiscard]] std::string to_json(const outcome& ended);

/// `ended` as one line for people.
[[nodiscard]] std::string to_text(const outcome& ended);

}  // namespace fetch
