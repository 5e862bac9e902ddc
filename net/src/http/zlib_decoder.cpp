// SPDX-License-Identifier: BSL-1.0
#include "http/content_decoder.hpp"

#include <weft/http/error.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace weft::http {

namespace {

constexpr int gzip_format = 15 + 16;  // zlib's windowBits
constexpr int zlib_format = 15;
constexpr int raw_format = -15;

[[noreturn]] void refuse() {
    throw error(errc::bad_content_coding, "http body", stage::body);
}

/// One zlib stream.
class inflater {
public:
    explicit inflater(int format) {
        if (::inflateInit2(&state_, format) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    ~inflater() { ::inflateEnd(&state_); }
    inflater(const inflater&) = delete;
    inflater& operator=(const inflater&) = delete;

    std::size_t run(std::string_view& input, std::span<char> out) {
        constexpr std::size_t most = std::numeric_limits<uInt>::max();
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        state_.avail_in = static_cast<uInt>(std::min(input.size(), most));
        state_.next_out = reinterpret_cast<Bytef*>(out.data());
        state_.avail_out = static_cast<uInt>(std::min(out.size(), most));
        const auto offered = state_.avail_out;
        const int outcome = ::inflate(&state_, Z_NO_FLUSH);
        if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) {
            refuse();
        }
        ended_ = outcome == Z_STREAM_END;
        input.remove_prefix(
            static_cast<std::size_t>(reinterpret_cast<const char*>(state_.next_in) - input.data()));
        return offered - state_.avail_out;
    }

    void restart() {
        ::inflateReset(&state_);
        ended_ = false;
    }

    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    ::z_stream state_{};
    bool ended_ = false;
};

class gzip_decoder final : public content_decoder {
public:
    std::size_t decode(std::string_view& input, std::span<char> out) override {
        std::size_t count = 0;
        while (count == 0 && !input.empty()) {
            if (inflate_.ended() && !begin_next_member(input)) {
                break;
            }
            count = inflate_.run(input, out);
        }
        // What zlib holds back comes without further input.
        return count == 0 && !inflate_.ended() ? inflate_.run(input, out) : count;
    }

    [[nodiscard]] bool complete() const noexcept override { return inflate_.ended(); }

private:
    // Members may be followed by zeros that fill up a block.
    bool begin_next_member(std::string_view& input) {
        input.remove_prefix(std::min(input.find_first_not_of('\0'), input.size()));
        if (input.empty()) {
            return false;
        }
        inflate_.restart();
        return true;
    }

    inflater inflate_{gzip_format};
};

class deflate_decoder final : public content_decoder {
public:
    std::size_t decode(std::string_view& input, std::span<char> out) override {
        if (!inflate_ && !choose_format(input)) {
            return 0;
        }
        auto begin = std::string_view(header_.data(), header_size_).substr(header_used_);
        const auto before = begin.size();
        std::size_t count = 0;
        if (!begin.empty()) {
            count = inflate_->run(begin, out);
            header_used_ += before - begin.size();
        }
        if (count == 0 && !inflate_->ended()) {
            count = inflate_->run(input, out);
        } else if (inflate_->ended() && !input.empty()) {
            refuse();
        }
        return count;
    }

    [[nodiscard]] bool complete() const noexcept override { return inflate_ && inflate_->ended(); }

private:
    // The standard's "deflate" has a zlib header of two bytes; some servers leave it out.
    bool choose_format(std::string_view& input) {
        while (header_size_ < header_.size() && !input.empty()) {
            header_[header_size_++] = input.front();
            input.remove_prefix(1);
        }
        if (header_size_ < header_.size()) {
            return false;
        }
        const auto first = static_cast<unsigned char>(header_[0]);
        const auto second = static_cast<unsigned char>(header_[1]);
        const bool has_header = (first & 0x0fU) == 8 && (first * 256U + second) % 31 == 0;
        inflate_ = std::make_unique<inflater>(has_header ? zlib_format : raw_format);
        return true;
    }

    std::array<char, 2> header_{};
    std::size_t header_size_ = 0;
    std::size_t header_used_ = 0;
    std::unique_ptr<inflater> inflate_;
};

}  // namespace

std::unique_ptr<content_decoder> make_gzip_decoder() {
    return std::make_unique<gzip_decoder>();
}

std::unique_ptr<content_decoder> make_deflate_decoder() {
    return std::make_unique<deflate_decoder>();
}

}  // namespace weft::http
