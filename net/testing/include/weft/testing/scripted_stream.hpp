// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace weft::testing {

/// A stream that delivers prepared pieces, one per read, then its end; and keeps what is written.
class scripted_stream final : public net::stream {
public:
    scripted_stream() = default;
    explicit scripted_stream(std::deque<std::string> pieces) {
        for (auto& piece : pieces) {
            add(std::move(piece));
        }
    }

    /// Adds a piece to what will be read.
    void add(std::string piece) { script_.emplace_back(std::move(piece)); }

    /// Makes the read after the last piece throw.
    void add_failure(std::exception_ptr failure) { script_.emplace_back(std::move(failure)); }

    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) override {
        if (script_.empty() || into.empty()) {
            return 0;
        }
        if (auto* failure = std::get_if<std::exception_ptr>(&script_.front())) {
            const auto thrown = *failure;
            script_.pop_front();
            std::rethrow_exception(thrown);
        }
        auto& piece = std::get<std::string>(script_.front());
        const std::size_t count = std::min(piece.size(), into.size());
        std::memcpy(into.data(), piece.data(), count);
        piece.erase(0, count);
        if (piece.empty()) {
            script_.pop_front();
        }
        return count;
    }

    void write_all(std::span<const std::byte> from) override {
        written_.append(reinterpret_cast<const char*>(from.data()), from.size());
    }
    void shutdown_write() override {}
    void close() noexcept override { closed_ = true; }

    [[nodiscard]] const std::string& written() const noexcept { return written_; }
    [[nodiscard]] bool closed() const noexcept { return closed_; }

private:
    std::deque<std::variant<std::string, std::exception_ptr>> script_;
    std::string written_;
    bool closed_ = false;
};

}  // namespace weft::testing
