// SPDX-License-Identifier: BSL-1.0
#include "fetch/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace fetch {

struct digest::state {
    EVP_MD_CTX* context = EVP_MD_CTX_new();

    state() = default;
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() { EVP_MD_CTX_free(context); }
};

digest::digest() : state_(std::make_unique<state>()) {
    if (EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 is not available");
    }
}

digest::~digest() = default;

void digest::add(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string digest::hexadecimal() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned size = 0;
    EVP_DigestFinal_ex(state_->context, raw.data(), &size);
    std::string text;
    for (const unsigned char byte : std::span(raw).first(size)) {
        text += "0123456789abcdef"[byte >> 4U];
        text += "0123456789abcdef"[byte & 0xfU];
    }
    return text;
}

}  // namespace fetch
