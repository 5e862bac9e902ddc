// SPDX-License-Identifier: BSL-1.0
#include "host_record.hpp"

#include <arpa/inet.h>

#include <cstring>
#include <memory>

namespace weft::interpose {

host_address host_address_of(int family, const void* bytes) noexcept {
    host_address made{family, {}};
    std::memcpy(made.bytes.data(), bytes, made.size());
    return made;
}

host_address mapped(const host_address& address) noexcept {
    host_address made{AF_INET6, {}};
    made.bytes[10] = made.bytes[11] = 0xff;
    std::memcpy(made.bytes.data() + 12, address.bytes.data(), 4);
    return made;
}

host_address unmapped(const host_address& address) noexcept {
    in6_addr native{};
    std::memcpy(&native, address.bytes.data(), sizeof native);
    const bool v4 = address.family == AF_INET6 &&
                    (IN6_IS_ADDR_V4MAPPED(&native) || IN6_IS_ADDR_V4COMPAT(&native));
    return v4 ? host_address_of(AF_INET, address.bytes.data() + 12) : address;
}

std::string text_of(const host_address& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(address.family, address.bytes.data(), text.data(), text.size());
    return text.data();
}

namespace {

/// Takes pieces of the caller's room; null once it is used up.
class room_taker {
public:
    room_taker(char* room, std::size_t size) noexcept : at_(room), left_(size) {}

    template <class Element>
    Element* take(std::size_t count) noexcept {
        if (std::align(alignof(Element), count * sizeof(Element), at_, left_) == nullptr) {
            return nullptr;
        }
        auto* const taken = static_cast<Element*>(at_);
        at_ = taken + count;
        left_ -= count * sizeof(Element);
        return taken;
    }

    char* copy(const void* bytes, std::size_t size) noexcept {
        auto* const taken = take<char>(size);
        if (taken != nullptr) {
            std::memcpy(taken, bytes, size);
        }
        return taken;
    }

    char* copy(const std::string& text) noexcept { return copy(text.c_str(), text.size() + 1); }

private:
    void* at_;
    std::size_t left_;
};

}  // namespace

bool write_hostent(const host_record& record, int family, hostent& into, char* room,
                   std::size_t size) noexcept {
    room_taker taker(room, size);
    auto** const addresses = taker.take<char*>(record.addresses.size() + 1);
    auto** const aliases = taker.take<char*>(record.aliases.size() + 1);
    if (addresses == nullptr || aliases == nullptr) {
        return false;
    }
    char* last = into.h_name = taker.copy(record.name);
    char** next = addresses;
    for (const host_address& each : record.addresses) {
        *next++ = last = last != nullptr ? taker.copy(each.bytes.data(), each.size()) : nullptr;
    }
    *next = nullptr;
    next = aliases;
    for (const std::string& each : record.aliases) {
        *next++ = last = last != nullptr ? taker.copy(each) : nullptr;
    }
    *next = nullptr;
    into.h_addr_list = addresses;
    into.h_aliases = aliases;
    into.h_addrtype = family;
    into.h_length = family == AF_INET ? 4 : 16;
    return last != nullptr;
}

std::size_t room_for(const host_record& record) noexcept {
    std::size_t room = alignof(char*) + record.name.size() + 1;
    room += (record.addresses.size() + record.aliases.size() + 2) * sizeof(char*);
    room += record.addresses.size() * sizeof(host_address::bytes);
    for (const std::string& each : record.aliases) {
        room += each.size() + 1;
    }
    return room;
}

}  // namespace weft::interpose
