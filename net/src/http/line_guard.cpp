// SPDX-License-Identifier: BSL-1.0
#include "http/line_guard.hpp"

#include <weft/http/error.hpp>

namespace weft::http {

std::size_t line_guard::scan(std::string_view input) {
    for (;;) {
        const auto lf = input.find('\n', searched_);
        if (lf == std::string_view::npos) {
            searched_ = input.size();
            check_size(input.size() - line_, input.size());
            return 0;
        }
        if (lf == line_ || input[lf - 1] != '\r') {
            throw error(errc::bad_line_ending, "http head");
        }
        const auto line = input.substr(line_, lf - 1 - line_);
        check_size(line.size(), lf + 1);
        check_line(line);
        line_ = searched_ = lf + 1;
        if (!line.empty()) {
            ++lines_;
        } else if (ends_with_empty_line(lf + 1)) {
            return lf + 1;
        }
    }
}

void line_guard::check_size(std::size_t line_size, std::size_t total) const {
    if (in_start_line()) {
        if (line_size > most_.start_line) {
            throw error(errc::start_line_too_long, "http head");
        }
    } else if (line_size > most_.field_line || total > most_.head_size) {
        throw error(errc::head_too_large, "http head");
    }
}

void line_guard::check_line(std::string_view line) const {
    if (line.empty() || in_start_line()) {
        return;
    }
    const bool folded = line.front() == ' ' || line.front() == '\t';
    const bool first_field = lines_ == (rules_.start_line ? 1 : 0);
    if (folded && (!rules_.folding || first_field)) {
        throw error(errc::bad_line_ending, "http head");
    }
    if (lines_ >= most_.field_count + (rules_.start_line ? 1 : 0)) {
        throw error(errc::head_too_large, "http head");
    }
}

// One empty line before a request is skipped: some clients send one after a body.
// RFC 9112 section 2.2.
bool line_guard::ends_with_empty_line(std::size_t next) {
    if (!in_start_line()) {
        return true;
    }
    if (begin_ != 0) {
        throw error(errc::bad_start_line, "http head");
    }
    begin_ = next;
    return false;
}

}  // namespace weft::http
