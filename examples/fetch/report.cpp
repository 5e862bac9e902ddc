// SPDX-License-Identifier: BSL-1.0
#include "fetch/report.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace fetch {

namespace {

std::string fixed(double value, int digits) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string escaped(unsigned char byte) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(byte));
    return text.data();
}

std::string quoted(const std::string& text) {
    std::string made = "\"";
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (each == '"' || each == '\\') {
            made += '\\';
            made += each;
        } else if (byte < 0x20 || byte >= 0x7f) {
            made += escaped(byte);  // other people's bytes need not be UTF-8
        } else {
            made += each;
        }
    }
    return made + '"';
}

}  // namespace

std::string to_json(const outcome& ended) {
    std::string line =
        "{\"url\": " + quoted(ended.url) + ", \"status\": " + std::to_string(ended.status) +
        ", \"bytes\": " + std::to_string(ended.bytes) + ", \"ms\": " + fixed(ended.ms, 3) +
        ", \"reused\": " + (ended.reused ? "true" : "false") +
        ", \"error\": " + (ended.error.empty() ? "null" : quoted(ended.error));
    if (!ended.sha256.empty()) {
        line += ", \"sha256\": " + quoted(ended.sha256);
    }
    return line + "}";
}

std::string to_text(const outcome& ended) {
    std::string line = ended.url + "  ";
    if (!ended.error.empty()) {
        line += "failed: " + ended.error + "  ";
    } else {
        line += std::to_string(ended.status) + "  " + std::to_string(ended.bytes) + " bytes  ";
    }
    line += fixed(ended.ms, 0) + " ms";
    if (ended.status != 0) {
        line += ended.reused ? "  connection reused" : "  connection new";
    }
    if (!ended.sha256.empty()) {
        line += "  " + ended.sha256;
    }
    return line;
}

report::report(bool json, std::size_t expected)
    : json_(json), terminal_(isatty(STDERR_FILENO) == 1), expected_(expected) {
    show_progress();
}

void report::add(const outcome& ended) {
    ++ended_;
    failed_ += ended.error.empty() ? 0U : 1U;
    sum_ms_ += ended.ms;
    hide_progress();
    std::puts((json_ ? to_json(ended) : to_text(ended)).c_str());
    std::fflush(stdout);
    show_progress();
}

void report::finish() {
    hide_progress();
    const double total = std::chrono::duration<double>(weft::clock::now() - begin_).count();
    if (json_) {
        std::printf("{\"total_s\": %.3f}\n", total);
    } else {
        std::printf("total %.1f s, one after another %.1f s\n", total, sum_ms_ / 1000);
    }
    std::fflush(stdout);
}

void report::show_progress() const {
    if (terminal_) {
        std::fprintf(stderr, "\r%zu of %zu ended, %zu failed", ended_, expected_, failed_);
    }
}

// The line is cleared before anything is printed, as both streams may be the same terminal.
void report::hide_progress() const {
    if (terminal_) {
        std::fputs("\r\x1b[K", stderr);
    }
}

}  // namespace fetch
