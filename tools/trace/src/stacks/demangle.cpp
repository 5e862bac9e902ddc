// SPDX-License-Identifier: BSL-1.0

#include "stacks/demangle.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>

namespace weft::trace_tool {
namespace {

constexpr std::string_view operator_word = "operator";

/// Whether the bracket at `at` belongs to the name of an operator: operator<, operator(), ...
bool names_operator(std::string_view name, std::size_t at) noexcept {
    std::size_t begin = at;
    while (begin > 0 && std::string_view("<>=-()").find(name[begin - 1]) != name.npos) {
        --begin;
    }
    return name.substr(0, begin).ends_with(operator_word);
}

/// Takes out what stands between these brackets, with them, but for those of operators.
std::string without(std::string_view name, char opening, char closing) {
    std::string result;
    int depth = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool is_operator = depth == 0 && names_operator(name, i);
        if (name[i] == opening && !is_operator) {
            ++depth;
        } else if (name[i] == closing && depth > 0) {
            --depth;
        } else if (depth == 0) {
            result += name[i];
        }
    }
    return result;
}

/// Parameters of the function itself: the last brackets, outside of any lambda's.
std::string_view without_parameters(std::string_view name) noexcept {
    if (name.ends_with(" const")) {
        name.remove_suffix(6);
    }
    if (!name.ends_with(')')) {
        return name;
    }
    int depth = 0;
    for (std::size_t i = name.size(); i-- > 0;) {
        depth += name[i] == ')' ? 1 : name[i] == '(' ? -1 : 0;
        if (depth == 0) {
            const std::string_view before = name.substr(0, i);
            return before.empty() || before.ends_with(operator_word) ? name : before;
        }
    }
    return name;
}

/// A template's function is demangled with its result in front.
std::string_view without_result(std::string_view name) noexcept {
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        depth += std::string_view("({[").find(name[i]) != name.npos ? 1 : 0;
        depth -= std::string_view(")}]").find(name[i]) != name.npos ? 1 : 0;
        if (depth == 0 && name[i] == ' ' && !name.substr(0, i).ends_with(operator_word)) {
            begin = i + 1;
        }
    }
    return name.substr(begin);
}

}  // namespace

std::string demangled(const char* name) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text(
        abi::__cxa_demangle(name, nullptr, nullptr, &status), std::free);
    return text != nullptr ? text.get() : name;
}

std::string shortened(std::string_view name) {
    std::string plain = without(without_parameters(name), '<', '>');
    plain.erase(plain.find_last_not_of(' ') + 1);
    return std::string(without_result(plain));
}

bool is_internal(std::string_view name) noexcept {
    constexpr std::array prefixes{"weft::detail::",  "std::",         "boost::context::",
                                  "boost::fibers::", "make_fcontext", "jump_fcontext",
                                  "weft_wait"};
    const std::string plain = shortened(name);
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](const char* prefix) { return plain.starts_with(prefix); });
}

}  // namespace weft::trace_tool
