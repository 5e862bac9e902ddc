// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <optional>
#include <string>

namespace weft {

/// How a process ended: by itself with a code, or by a signal.
class exit_status {
public:
    /// Ended by exit(code). \param code  0 to 255.
    [[nodiscard]] static exit_status exited(int code) noexcept { return exit_status(code, 0); }

    /// Ended by a signal.
    [[nodiscard]] static exit_status signaled(int number) noexcept {
        return exit_status(0, number);
    }

    /// Whether it ended by itself with code 0.
    [[nodiscard]] bool success() const noexcept { return code_ == 0 && signal_ == 0; }

    /// The code; nothing if a signal ended it.
    [[nodiscard]] std::optional<int> code() const noexcept {
        return signal_ == 0 ? std::optional(code_) : std::nullopt;
    }

    /// The signal that ended it; nothing if it ended by itself.
    [[nodiscard]] std::optional<int> signal() const noexcept {
        return signal_ != 0 ? std::optional(signal_) : std::nullopt;
    }

    /// "exited with 1", "was ended by signal 9 (KILL)".
    [[nodiscard]] std::string to_string() const;

    bool operator==(const exit_status&) const noexcept = default;

private:
    exit_status(int code, int signal) noexcept : code_(code), signal_(signal) {}

    int code_;
    int signal_;
};

}  // namespace weft
