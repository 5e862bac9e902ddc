// SPDX-License-Identifier: BSL-1.0
#include <weft/http/headers.hpp>

#include "http/syntax.hpp"

#include <weft/http/error.hpp>

#include <limits>
#include <stdexcept>
#include <string>

namespace weft::http {

namespace {

void check(std::string_view name, std::string_view value) {
    if (!is_token(name)) {
        throw error(errc::forbidden_byte, "header name");
    }
    if (!is_field_value(value)) {
        throw error(errc::forbidden_byte, "header " + std::string(name));
    }
}

}  // namespace

headers::headers(std::initializer_list<field> fields) {
    for (const auto& added : fields) {
        add(added.name, added.value);
    }
}

field headers::operator[](std::size_t position) const noexcept {
    const auto& found = index_[position];
    const auto text = std::string_view(buffer_).substr(found.begin);
    return {text.substr(0, found.name_size), text.substr(found.name_size + 2, found.value_size)};
}

std::optional<std::string_view> headers::find(std::string_view name) const noexcept {
    for (const auto& candidate : index_) {
        if (candidate.name_size == name.size()) {
            const auto text = std::string_view(buffer_).substr(candidate.begin);
            if (equal_without_case(text.substr(0, name.size()), name)) {
                return text.substr(name.size() + 2, candidate.value_size);
            }
        }
    }
    return {};
}

std::vector<std::string_view> headers::find_all(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto candidate : *this) {
        if (equal_without_case(candidate.name, name)) {
            found.push_back(candidate.value);
        }
    }
    return found;
}

bool headers::lists(std::string_view name, std::string_view token) const noexcept {
    for (const auto candidate : *this) {
        if (!equal_without_case(candidate.name, name)) {
            continue;
        }
        for (auto rest = candidate.value; !rest.empty();) {
            if (equal_without_case(take_item(rest), token)) {
                return true;
            }
        }
    }
    return false;
}

void headers::add(std::string_view name, std::string_view value) {
    const auto trimmed = trim(value);
    check(name, trimmed);
    append(name, trimmed);
}

void headers::set(std::string_view name, std::string_view value) {
    // The arguments may point into this object.
    const std::string kept_name(name);
    const std::string kept_value(trim(value));
    check(kept_name, kept_value);
    erase(kept_name);
    append(kept_name, kept_value);
}

std::size_t headers::erase(std::string_view name) {
    if (!contains(name)) {
        return 0;
    }
    headers kept;
    for (const auto candidate : *this) {
        if (!equal_without_case(candidate.name, name)) {
            kept.append(candidate.name, candidate.value);
        }
    }
    const auto erased = size() - kept.size();
    *this = std::move(kept);
    return erased;
}

void headers::clear() noexcept {
    buffer_.clear();
    index_.clear();
}

void headers::append(std::string_view name, std::string_view value) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    if (name.size() + value.size() + 4 > most - buffer_.size()) {
        throw std::length_error("headers: too long");
    }
    const auto begin = buffer_.size();
    index_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(name.size()),
                      static_cast<std::uint32_t>(value.size())});
    try {
        buffer_.reserve(begin + name.size() + value.size() + 4);
    } catch (...) {
        index_.pop_back();
        throw;
    }
    buffer_.append(name).append(": ").append(value).append("\r\n");
}

bool operator==(const headers& left, const headers& right) noexcept {
    if (left.size() != right.size()) {
        return false;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto one = left[i];
        const auto other = right[i];
        if (!equal_without_case(one.name, other.name) || one.value != other.value) {
            return false;
        }
    }
    return true;
}

}  // namespace weft::http
