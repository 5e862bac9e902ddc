// SPDX-License-Identifier: BSL-1.0
#include "loopback/dns_message.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace loopback::dns {

namespace {

constexpr std::size_t header_size = 12;    // bytes
constexpr std::size_t longest_label = 63;  // bytes
constexpr std::size_t longest_name = 255;  // bytes on the wire
constexpr std::uint16_t internet_class = 1;
constexpr std::uint16_t flag_response = 0x8000;
constexpr std::uint16_t flag_authoritative = 0x0400;
constexpr std::uint16_t flag_truncated = 0x0200;
constexpr std::uint16_t flag_recursion_desired = 0x0100;
constexpr std::uint16_t flag_recursion_available = 0x0080;
constexpr std::uint16_t operation_mask = 0x7800;

class writer {
public:
    void number(std::uint16_t value) {
        out_.push_back(static_cast<std::byte>(value >> 8U));
        out_.push_back(static_cast<std::byte>(value & 0xffU));
    }

    void name(std::string_view dotted) {
        const std::size_t begin = out_.size();
        while (!dotted.empty()) {
            const auto label = dotted.substr(0, dotted.find('.'));
            if (label.empty() || label.size() > longest_label) {
                throw std::invalid_argument("dns: not a name: " + std::string(dotted));
            }
            out_.push_back(static_cast<std::byte>(label.size()));
            bytes(std::as_bytes(std::span(label)));
            dotted.remove_prefix(std::min(dotted.size(), label.size() + 1));
        }
        out_.push_back(std::byte{0});
        if (out_.size() - begin > longest_name) {
            throw std::invalid_argument("dns: a name is longer than 255 bytes");
        }
    }

    void bytes(std::span<const std::byte> added) {
        out_.insert(out_.end(), added.begin(), added.end());
    }

    std::vector<std::byte> take() { return std::move(out_); }

private:
    std::vector<std::byte> out_;
};

class reader {
public:
    explicit reader(std::span<const std::byte> message) : left_(message) {}

    std::optional<std::uint16_t> number() {
        if (left_.size() < 2) {
            return std::nullopt;
        }
        const auto value = static_cast<std::uint16_t>((std::to_integer<unsigned>(left_[0]) << 8U) |
                                                      std::to_integer<unsigned>(left_[1]));
        left_ = left_.subspan(2);
        return value;
    }

    // Only names without compression: the first name of a message has nothing to point back to.
    std::optional<std::string> name() {
        std::string dotted;
        while (!left_.empty()) {
            const auto size = std::to_integer<std::size_t>(left_[0]);
            if (size > longest_label || left_.size() < size + 1 || dotted.size() > longest_name) {
                return std::nullopt;
            }
            const auto* label = reinterpret_cast<const char*>(left_.data()) + 1;
            left_ = left_.subspan(size + 1);
            if (size == 0) {
                return dotted;
            }
            dotted.append(dotted.empty() ? "" : ".").append(label, size);
        }
        return std::nullopt;
    }

private:
    std::span<const std::byte> left_;
};

void write_address(writer& out, int family, const std::string& literal) {
    std::array<std::byte, sizeof(in6_addr)> address{};
    if (inet_pton(family, literal.c_str(), address.data()) != 1) {
        throw std::invalid_argument("dns: not an address: " + literal);
    }
    const auto size = family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr);
    out.number(static_cast<std::uint16_t>(size));
    out.bytes(std::span(address).first(size));
}

void write_record(writer& out, const record& written) {
    out.name(written.name);
    out.number(static_cast<std::uint16_t>(written.type));
    out.number(internet_class);
    out.number(static_cast<std::uint16_t>(written.ttl >> 16U));
    out.number(static_cast<std::uint16_t>(written.ttl & 0xffffU));
    switch (written.type) {
        case record_type::a: return write_address(out, AF_INET, written.data);
        case record_type::aaaa: return write_address(out, AF_INET6, written.data);
        case record_type::cname: {
            writer inner;
            inner.name(written.data);
            const auto encoded = inner.take();
            out.number(static_cast<std::uint16_t>(encoded.size()));
            return out.bytes(encoded);
        }
        default: throw std::invalid_argument("dns: only A, AAAA and CNAME can be written");
    }
}

void write_head(writer& out, std::uint16_t id, unsigned flags, std::size_t answers) {
    out.number(id);
    out.number(static_cast<std::uint16_t>(flags));
    out.number(1);  // questions
    out.number(static_cast<std::uint16_t>(answers));
    out.number(0);  // authorities
    out.number(0);  // additional records
}

void write_question(writer& out, const query& asked) {
    out.name(asked.wire_name.empty() ? asked.name : asked.wire_name);
    out.number(static_cast<std::uint16_t>(asked.type));
    out.number(internet_class);
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

}  // namespace

std::optional<query> decode_query(std::span<const std::byte> message) {
    if (message.size() < header_size) {
        return std::nullopt;
    }
    reader in(message);
    const auto id = in.number();
    const auto flags = in.number();
    const auto questions = in.number();
    reader body(message.subspan(header_size));
    const auto name = body.name();
    const auto type = body.number();
    const auto record_class = body.number();
    const bool is_query = (*flags & (flag_response | operation_mask)) == 0;
    if (!is_query || *questions != 1 || !name || !type || record_class != internet_class) {
        return std::nullopt;
    }
    return query{*id, lower(*name), static_cast<record_type>(*type), *name};
}

std::vector<std::byte> encode(const response& answer) {
    writer out;
    write_head(out, answer.asked.id,
               flag_response | flag_authoritative | flag_recursion_desired |
                   flag_recursion_available | (answer.truncated ? flag_truncated : 0U) |
                   static_cast<unsigned>(answer.code),
               answer.answers.size());
    write_question(out, answer.asked);
    for (const auto& each : answer.answers) {
        write_record(out, each);
    }
    return out.take();
}

std::vector<std::byte> encode(const query& asked) {
    writer out;
    write_head(out, asked.id, flag_recursion_desired, 0);
    write_question(out, asked);
    return out.take();
}

}  // namespace loopback::dns
