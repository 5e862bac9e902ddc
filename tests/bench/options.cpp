// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace weft::bench {

namespace {

constexpr int most_rounds = 1'000;

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (const auto word : words) {
        text += text.empty() ? "" : ", ";
        text += word;
    }
    return text;
}

int parse_rounds(std::string_view text) {
    int rounds = 0;
    const auto* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, rounds);
    if (error != std::errc{} || stopped != end || rounds < 1 || rounds > most_rounds) {
        throw usage_error("--rounds: '" + std::string(text) + "' is not a number from 1 to " +
                          std::to_string(most_rounds));
    }
    return rounds;
}

void take_option(options& parsed, std::string_view option) {
    if (option == "--json") {
        parsed.json = true;
    } else if (option == "--quick") {
        parsed.quick = true;
    } else if (option == "--help" || option == "-h") {
        parsed.help = true;
    } else {
        throw usage_error("unknown option '" + std::string(option) + "'");
    }
}

void take_name(options& parsed, std::string_view name, std::span<const std::string_view> known) {
    if (std::ranges::find(known, name) == known.end()) {
        throw usage_error("unknown benchmark '" + std::string(name) +
                          "'; there are: " + joined(known));
    }
    parsed.names.emplace_back(name);
}

// The value of `name` in "name=value"; nothing if the argument is another one.
std::optional<std::string_view> value_of(std::string_view name, std::string_view argument) {
    if (!argument.starts_with(name) || !argument.substr(name.size()).starts_with('=')) {
        return std::nullopt;
    }
    return argument.substr(name.size() + 1);
}

}  // namespace

options parse_options(std::span<const char* const> arguments,
                      std::span<const std::string_view> known) {
    options parsed;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view argument = arguments[i];
        if (const auto value = value_of("--rounds", argument)) {
            parsed.rounds = parse_rounds(*value);
        } else if (argument == "--rounds") {
            if (++i == arguments.size()) {
                throw usage_error("--rounds needs a number");
            }
            parsed.rounds = parse_rounds(arguments[i]);
        } else if (argument.starts_with('-')) {
            take_option(parsed, argument);
        } else {
            take_name(parsed, argument, known);
        }
    }
    return parsed;
}

std::string_view usage() {
    return "usage: weft-bench "
           "[yield|spawn|handoff|select|wake|timers|memory|echo|http|engines|trace|simulate]...\n"
           "                  [options]\n"
           "\n"
           "Measures weft against a baseline in the same run, the two taking turns; prints the\n"
           "median and the range of both, their ratio, and whether the target was met.\n"
           "Without a name all benchmarks run, which takes several minutes and 5 GiB of memory.\n"
           "\n"
           "  --rounds N  measure each side N times (default 5)\n"
           "  --json      one JSON object per line\n"
           "  --quick     tiny sizes: shows that the program works, the figures mean nothing\n"
           "  --help      this text\n"
           "\n"
           "Exit: 0 measured (met or not), 1 a measurement failed, 2 usage.\n";
}

}  // namespace weft::bench
