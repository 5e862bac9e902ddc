// SPDX-License-Identifier: BSL-1.0
#include "dns/reply.hpp"

#include <weft/net/error.hpp>

#include <ares.h>
#include <ares_nameser.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

namespace weft::net::dns {

namespace {

constexpr int most_aliases = 16;  // CNAME records followed; a longer chain is a loop or an attack

/// Not a DNS message; never leaves this file.
struct malformed {};

struct record {
    std::string owner;
    int type = 0;
    std::chrono::seconds ttl{0};
    std::size_t data = 0;  // where it begins in the message
    std::size_t data_size = 0;
};

/// Reads a message from its beginning to its end; throws malformed.
class message_reader {
public:
    explicit message_reader(std::span<const unsigned char> message) : message_(message) {}

    std::uint16_t number16() {
        const auto bytes = take(2);
        return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
    }

    std::uint32_t number32() {
        const std::uint32_t high = number16();
        return high << 16 | number16();
    }

    std::string name() {
        char* text = nullptr;
        long length = 0;
        const int status = ares_expand_name(message_.data() + position_, message_.data(),
                                            static_cast<int>(message_.size()), &text, &length);
        if (status != ARES_SUCCESS) {
            throw malformed{};
        }
        const std::unique_ptr<char, decltype(&ares_free_string)> owned(text, &ares_free_string);
        take(static_cast<std::size_t>(length));
        return owned.get();
    }

    record next_record() {
        record read;
        read.owner = name();
        read.type = number16();
        const int record_class = number16();
        const std::uint32_t ttl = number32();
        // A TTL with the top bit set counts as 0. Source: RFC 2181 section 8.
        read.ttl = std::chrono::seconds((ttl & 0x8000'0000U) != 0 ? 0 : ttl);
        read.data_size = number16();
        read.data = position_;
        take(read.data_size);
        read.type = record_class == C_IN ? read.type : 0;
        return read;
    }

    void go_to(std::size_t position) { position_ = position; }

    std::span<const unsigned char> take(std::size_t count) {
        if (message_.size() - position_ < count) {
            throw malformed{};
        }
        const auto taken = message_.subspan(position_, count);
        position_ += count;
        return taken;
    }

private:
    std::span<const unsigned char> message_;
    std::size_t position_ = 0;
};

bool same_name(const std::string& left, const std::string& right) noexcept {
    return strcasecmp(left.c_str(), right.c_str()) == 0;
}

template <std::size_t Size>
std::array<std::uint8_t, Size> bytes_at(message_reader& reader, const record& from) {
    if (from.data_size != Size) {
        throw malformed{};
    }
    std::array<std::uint8_t, Size> bytes{};
    reader.go_to(from.data);
    std::ranges::copy(reader.take(Size), bytes.begin());
    return bytes;
}

/// Goes from the name asked for along its aliases and collects the addresses at the end.
class chain_reader {
public:
    chain_reader(message_reader& reader, std::vector<record> records)
        : reader_(reader), records_(std::move(records)) {}

    answer read(const question& asked) {
        answer found;
        found.ttl = std::chrono::seconds::max();
        std::string name = asked.name;
        for (int aliases = 0; const record* alias = find_alias(name); ++aliases) {
            if (aliases == most_aliases) {
                return {.failure = errc::resolver_failure};
            }
            found.ttl = std::min(found.ttl, alias->ttl);
            reader_.go_to(alias->data);
            name = reader_.name();
        }
        collect(name, asked.wanted, found);
        return found;
    }

private:
    [[nodiscard]] const record* find_alias(const std::string& name) const {
        const auto found = std::ranges::find_if(records_, [&](const record& each) {
            return each.type == T_CNAME && same_name(each.owner, name);
        });
        return found != records_.end() ? &*found : nullptr;
    }

    void collect(const std::string& name, family wanted, answer& into) {
        const int type = wanted == family::v6 ? T_AAAA : T_A;
        for (const auto& each : records_) {
            if (each.type == type && same_name(each.owner, name)) {
                into.addresses.push_back(wanted == family::v6
                                             ? address::v6(bytes_at<16>(reader_, each), 0)
                                             : address::v4(bytes_at<4>(reader_, each), 0));
                into.ttl = std::min(into.ttl, each.ttl);
            }
        }
    }

    message_reader& reader_;
    std::vector<record> records_;
};

/// How long the SOA record among `authority` lets a negative answer live.
std::chrono::seconds negative_ttl(message_reader& reader, const std::vector<record>& authority) {
    for (const auto& each : authority) {
        if (each.type == T_SOA) {
            reader.go_to(each.data);
            (void)reader.name();
            (void)reader.name();
            reader.take(4 * sizeof(std::uint32_t));
            return std::min(each.ttl, std::chrono::seconds(reader.number32()));
        }
    }
    return std::chrono::seconds(0);
}

std::vector<record> read_records(message_reader& reader, int count) {
    std::vector<record> records;
    for (int i = 0; i < count; ++i) {
        records.push_back(reader.next_record());
    }
    return records;
}

answer read_checked(std::span<const unsigned char> message, const question& asked) {
    message_reader reader(message);
    reader.take(2);  // the id
    const int code = reader.number16() & 0xF;
    const int questions = reader.number16();
    const int answers = reader.number16();
    const int authorities = reader.number16();
    reader.take(2);  // the number of additional records
    for (int i = 0; i < questions; ++i) {
        (void)reader.name();
        reader.take(4);  // type and class
    }
    if (code != NOERROR && code != NXDOMAIN) {
        return {.failure = errc::resolver_failure};
    }
    auto records = read_records(reader, answers);
    const auto authority = read_records(reader, authorities);
    answer found = chain_reader(reader, std::move(records)).read(asked);
    if (found.addresses.empty() && !found.failure) {
        found.failure = code == NXDOMAIN ? errc::name_not_found : errc::no_address;
        found.ttl = std::min(found.ttl, negative_ttl(reader, authority));
    }
    return found;
}

}  // namespace

answer read_reply(std::span<const unsigned char> message, const question& asked) {
    try {
        return read_checked(message, asked);
    } catch (const malformed&) {
        return {.failure = errc::resolver_failure};
    }
}

answer keep_message(std::span<const unsigned char> message) {
    constexpr std::size_t header = 12;
    if (message.size() < header) {
        return {.failure = errc::resolver_failure};
    }
    answer found{.message = {message.begin(), message.end()}};
    const int code = message[3] & 0xF;
    if (code == SERVFAIL || code == NOTIMP || code == REFUSED) {
        found.failure = errc::resolver_failure;
    }
    return found;
}

}  // namespace weft::net::dns
