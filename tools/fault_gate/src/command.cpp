// SPDX-License-Identifier: BSL-1.0
#include "command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>

namespace weft::gate_tool {

namespace {

using testing::gate_faults;

struct word {
    std::string_view name;
    void (*set)(gate_faults& faults);
};

struct number_word {
    std::string_view name;
    void (*set)(gate_faults& faults, std::size_t number);
};

constexpr std::array words{
    word{"recover", [](gate_faults& f) { f = {}; }},
    word{"drop", [](gate_faults& f) { f.drop = true; }},
    word{"single", [](gate_faults& f) { f.largest_piece = 1; }},
    word{"close", [](gate_faults& f) { f.close_after = 0; }},
    word{"reset",
         [](gate_faults& f) {
             f.reset = true;
             f.close_after = 0;
         }},
    word{"stop-accepting", [](gate_faults& f) { f.stop_accepting = true; }},
    word{"refuse", [](gate_faults& f) { f.refuse = true; }},
    word{"only-to-server", [](gate_faults& f) { f.to_client = false; }},
    word{"only-to-client", [](gate_faults& f) { f.to_server = false; }},
};

constexpr std::array number_words{
    number_word{"delay",
                [](gate_faults& f, std::size_t n) {
                    f.delay = std::chrono::milliseconds(std::min<std::size_t>(n, 86'400'000));
                }},
    number_word{"pieces", [](gate_faults& f, std::size_t n) { f.largest_piece = n; }},
    number_word{"limit", [](gate_faults& f, std::size_t n) { f.limit = n; }},
    number_word{"corrupt", [](gate_faults& f, std::size_t n) { f.corrupt_every = n; }},
    number_word{"close-after", [](gate_faults& f, std::size_t n) { f.close_after = n; }},
    number_word{"reset-after",
                [](gate_faults& f, std::size_t n) {
                    f.close_after = n;
                    f.reset = true;
                }},
};

std::size_t number_from(std::string_view text, std::string_view command) {
    std::size_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || end != text.data() + text.size()) {
        throw refusal("\"" + std::string(command) + "\" needs a number, not \"" +
                      std::string(text) + "\"");
    }
    return number;
}

}  // namespace

void amend(std::string_view command, testing::gate_faults& faults) {
    const auto blank = command.find(' ');
    const auto name = command.substr(0, blank);
    const auto rest = blank == command.npos ? std::string_view() : command.substr(blank + 1);
    const auto plain = std::ranges::find(words, name, &word::name);
    if (plain != words.end() && rest.empty()) {
        plain->set(faults);
        return;
    }
    const auto counted = std::ranges::find(number_words, name, &number_word::name);
    if (counted == number_words.end()) {
        throw refusal("unknown command: \"" + std::string(command) + "\"");
    }
    counted->set(faults, number_from(rest, name));
}

bool is_cut(std::string_view command) noexcept {
    return command == "cut" || command == "cut reset";
}

}  // namespace weft::gate_tool
