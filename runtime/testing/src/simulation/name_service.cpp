// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/detail/name_service.hpp>

#include "simulation/place.hpp"

#include <algorithm>

namespace weft::testing::detail {

namespace {

constexpr std::size_t header_size = 12;
constexpr unsigned type_a = 1;
constexpr unsigned type_aaaa = 28;
constexpr unsigned server_failure = 2;
constexpr unsigned no_such_name = 3;
constexpr unsigned truncated = 0x200;

std::string lower_case(std::string_view name) {
    std::string lower(name.substr(0, name.ends_with('.') ? name.size() - 1 : name.size()));
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

struct question {
    std::string name;
    unsigned type = 0;
    std::size_t end = 0;  // of it in the message
};

unsigned byte_at(std::string_view message, std::size_t place) {
    return static_cast<unsigned char>(message[place]);
}

/// The first question of a message; nothing if it is malformed.
std::optional<question> read_question(std::string_view message) {
    question found;
    std::size_t place = header_size;
    while (place < message.size() && message[place] != 0) {
        const auto length = byte_at(message, place);
        if (length > 63 || place + 1 + length >= message.size()) {
            return {};
        }
        found.name +=
            (found.name.empty() ? "" : ".") + std::string(message.substr(place + 1, length));
        place += 1 + length;
    }
    if (place + 5 > message.size()) {
        return {};
    }
    found.type = byte_at(message, place + 1) << 8 | byte_at(message, place + 2);
    found.end = place + 5;
    return found;
}

void append(std::string& to, std::uint32_t value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        to.push_back(static_cast<char>(value >> shift & 0xff));
    }
}

/// A reply without answers: the id and the question of what was asked.
std::string reply_to(std::string_view message, const question& asked, unsigned flags,
                     std::size_t answers) {
    std::string reply(message.substr(0, 2));
    append(reply, 0x8580 | flags, 2);  // an answer, authoritative, recursion wanted and available
    append(reply, 1, 2);
    append(reply, static_cast<std::uint32_t>(answers), 2);
    append(reply, 0, 4);
    reply += message.substr(header_size, asked.end - header_size);
    return reply;
}

void append_address(std::string& to, const place& shown, std::uint32_t ttl) {
    append(to, 0xc000 | header_size, 2);  // the name is that of the question
    append(to, shown.is_v4() ? type_a : type_aaaa, 2);
    append(to, 1, 2);
    append(to, ttl, 4);
    const std::size_t size = shown.is_v4() ? 4 : 16;
    append(to, static_cast<std::uint32_t>(size), 2);
    to.append(reinterpret_cast<const char*>(shown.host.data()) + 16 - size, size);
}

}  // namespace

void name_service::add(std::string_view name, const std::vector<std::string>& addresses,
                       std::chrono::seconds ttl) {
    auto& added = names_[lower_case(name)];
    added = known();
    added.ttl = static_cast<std::uint32_t>(ttl.count());
    for (const auto& each : addresses) {
        added.addresses.push_back(parse_place(each).host);
    }
}

void name_service::add(std::string_view name, name_answer how) {
    auto& added = names_[lower_case(name)];
    added = known();
    added.failure = how;
}

std::string name_service::failure(std::string_view message) {
    const auto asked = read_question(message);
    return asked ? reply_to(message, *asked, server_failure, 0) : std::string();
}

void name_service::truncate(std::string_view name) {
    names_[lower_case(name)].truncated = true;
}

std::string name_service::answer(std::string_view message, bool in_a_datagram) const {
    const auto asked = read_question(message);
    if (!asked) {
        return {};
    }
    const auto found = names_.find(lower_case(asked->name));
    if (found == names_.end() || found->second.failure == name_answer::not_found) {
        return reply_to(message, *asked, no_such_name, 0);
    }
    if (found->second.failure) {
        return found->second.failure == name_answer::none ? std::string() : failure(message);
    }
    if (in_a_datagram && found->second.truncated) {
        return reply_to(message, *asked, truncated, 0);
    }
    std::vector<place> fitting;
    for (const auto& each : found->second.addresses) {
        const place shown{each};
        if (asked->type == (shown.is_v4() ? type_a : type_aaaa)) {
            fitting.push_back(shown);
        }
    }
    auto reply = reply_to(message, *asked, 0, fitting.size());
    for (const auto& each : fitting) {
        append_address(reply, each, found->second.ttl);
    }
    return reply;
}

}  // namespace weft::testing::detail
