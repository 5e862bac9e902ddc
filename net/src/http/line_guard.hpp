// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/http/limits.hpp>

#include <cstddef>
#include <string_view>

namespace weft::http {

/// What a section of lines may look like.
struct line_rules {
    bool start_line;  ///< whether a request line or status line comes first
    bool folding;     ///< whether a line may continue the one before (obs-fold)
};

/// Finds the end of a head or trailer section while it arrives, and refuses at once what no later
/// byte can make right: a bare LF, a folded line, too many or too long lines.
///
/// The parser behind it waits for a whole line or head before it complains, so a peer could make a
/// server wait for the rest of a request that is lost already; and it counts nothing.
class line_guard {
public:
    line_guard(const limits& most, line_rules rules) noexcept : most_(most), rules_(rules) {}

    /// Looks at what has arrived; `input` begins with the section and only grows between calls.
    ///
    /// \returns bytes of the section with its empty line; 0 while it is incomplete.
    /// \throws http::error  what is wrong.
    std::size_t scan(std::string_view input);

    /// Where the section's first line begins: behind an empty line that may precede a request.
    [[nodiscard]] std::size_t begin() const noexcept { return begin_; }

    /// Whether the first line is complete.
    [[nodiscard]] bool has_first_line() const noexcept { return lines_ > 0; }

    /// Prepares for the next section.
    void reset() noexcept { begin_ = line_ = searched_ = lines_ = 0; }

private:
    bool in_start_line() const noexcept { return rules_.start_line && lines_ == 0; }
    void check_size(std::size_t line_size, std::size_t total) const;
    void check_line(std::string_view line) const;
    bool ends_with_empty_line(std::size_t next);

    const limits& most_;
    line_rules rules_;
    std::size_t begin_ = 0;     // of the section, behind a leading empty line
    std::size_t line_ = 0;      // where the line begins that is being looked at
    std::size_t searched_ = 0;  // no LF between line_ and here
    std::size_t lines_ = 0;     // complete lines, the start line included
};

}  // namespace weft::http
