// SPDX-License-Identifier: BSL-1.0
#include "http/content_decoder.hpp"

#include <weft/http/error.hpp>

#include <brotli/decode.h>

#include <cstdint>
#include <new>

namespace weft::http {

namespace {

class brotli_decoder final : public content_decoder {
public:
    brotli_decoder() : state_(::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (state_ == nullptr) {
            throw std::bad_alloc();
        }
    }
    ~brotli_decoder() override { ::BrotliDecoderDestroyInstance(state_); }
    brotli_decoder(const brotli_decoder&) = delete;
    brotli_decoder& operator=(const brotli_decoder&) = delete;

    std::size_t decode(std::string_view& input, std::span<char> out) override {
        if (complete() && !input.empty()) {
            throw error(errc::bad_content_coding, "http body", stage::body);
        }
        auto left = input.size();
        const auto* next = reinterpret_cast<const std::uint8_t*>(input.data());
        auto room = out.size();
        auto* into = reinterpret_cast<std::uint8_t*>(out.data());
        const auto outcome =
            ::BrotliDecoderDecompressStream(state_, &left, &next, &room, &into, nullptr);
        if (outcome == BROTLI_DECODER_RESULT_ERROR) {
            throw error(errc::bad_content_coding, "http body", stage::body);
        }
        input.remove_prefix(input.size() - left);
        return out.size() - room;
    }

    [[nodiscard]] bool complete() const noexcept override {
        return ::BrotliDecoderIsFinished(state_) == BROTLI_TRUE;
    }

private:
    ::BrotliDecoderState* state_;
};

}  // namespace

std::unique_ptr<content_decoder> make_brotli_decoder() {
    return std::make_unique<brotli_decoder>();
}

}  // namespace weft::http
