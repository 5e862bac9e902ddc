// SPDX-License-Identifier: BSL-1.0
#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <optional>

namespace weft::bench {

namespace {

// Widths of the table's columns; the last one needs none.
constexpr std::array<std::size_t, 7> widths{9, 44, 25, 8, 25, 8, 11};

std::string formatted(const char* format, int digits, double value) {
    std::array<char, 64> text{};
    const auto length = std::snprintf(text.data(), text.size(), format, digits, value);
    return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

// Enough digits to compare with, never an exponent.
std::string number(double value) {
    const auto magnitude = std::abs(value);
    const int digits = magnitude >= 1'000 ? 0 : magnitude >= 100 ? 1 : magnitude >= 10 ? 2 : 3;
    return formatted("%.*f", digits, value);
}

// As somebody wrote it: 1.05 and 4403.
std::string limit(double value) {
    return formatted("%.*g", 4, value);
}

std::string number_or_null(std::optional<double> value) {
    return value ? number(*value) : "null";
}

std::string range(const spread& shown) {
    return number(shown.median) + " (" + number(shown.min) + ".." + number(shown.max) + ")";
}

std::string target_text(const goal& target) {
    switch (target.measured) {
        case goal::kind::ratio: return "<= " + limit(target.limit) + "x";
        case goal::kind::value: return "<= " + limit(target.limit);
        case goal::kind::none: break;
    }
    return "-";
}

std::string row(const std::array<std::string, widths.size()>& cells, std::string_view last) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        text += cells[i];
        text.append(widths[i] > cells[i].size() ? widths[i] - cells[i].size() : 1, ' ');
    }
    return text.append(last);
}

// The names in this program need no other escapes.
std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
        }
        result += c;
    }
    return result + '"';
}

void add_field(std::string& object, std::string_view name, std::string_view value) {
    object += object.size() > 1 ? ", " : "";
    object += quoted(name);
    object += ": ";
    object += value;
}

std::string yes_or_no(std::optional<bool> met) {
    return !met ? "-" : *met ? "yes" : "NO";
}

std::string true_or_false(std::optional<bool> met) {
    return !met ? "null" : *met ? "true" : "false";
}

void print_line(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

}  // namespace

void print_heading() {
    print_line(
        row({"bench", "what", "weft (min..max)", "unit", "baseline (min..max)", "ratio", "target"},
            "met"));
}

std::string to_row(const result& line) {
    const auto ratio = line.ratio();
    return row({std::string(line.bench), line.measured.what, range(line.weft), line.measured.unit,
                line.baseline ? range(*line.baseline) : "-", ratio ? number(*ratio) : "-",
                target_text(line.measured.target)},
               yes_or_no(line.met()));
}

std::string to_json(const result& line) {
    const auto& target = line.measured.target;
    const auto& base = line.baseline;
    const bool aims = target.measured != goal::kind::none;
    std::string object = "{";
    add_field(object, "bench", quoted(line.bench));
    add_field(object, "what", quoted(line.measured.what));
    add_field(object, "value", number(line.weft.median));
    add_field(object, "unit", quoted(line.measured.unit));
    add_field(object, "baseline", base ? number(base->median) : "null");
    add_field(object, "ratio", number_or_null(line.ratio()));
    add_field(object, "target", aims ? quoted(target_text(target)) : "null");
    add_field(object, "met", true_or_false(line.met()));
    add_field(object, "min", number(line.weft.min));
    add_field(object, "max", number(line.weft.max));
    add_field(object, "baseline_min", base ? number(base->min) : "null");
    add_field(object, "baseline_max", base ? number(base->max) : "null");
    return object + "}";
}

void print(const result& line, bool json) {
    print_line(json ? to_json(line) : to_row(line));
}

void show_progress(std::string_view text) {
    if (isatty(STDERR_FILENO) != 0) {
        std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()), text.data());
        std::fflush(stderr);
    }
}

void clear_progress() {
    show_progress("");
}

}  // namespace weft::bench
