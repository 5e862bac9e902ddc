// SPDX-License-Identifier: BSL-1.0
#include "gate_pipe.hpp"

#include <weft/this_fiber.hpp>

#include <algorithm>
#include <vector>

namespace weft::testing::detail {

/// Those of this direction now; none if they concern the other one.
gate_faults gate_pipe::faults() {
    if (version_ != state_.version) {
        version_ = state_.version;
        counted_ = 0;
    }
    const auto& now = state_.faults;
    return (up_ ? now.to_server : now.to_client) ? now : gate_faults{};
}

bool gate_pipe::run(std::size_t buffer) {
    std::vector<std::byte> block(std::max<std::size_t>(buffer, 1));
    while (const auto count = from_.read_some(block)) {
        if (!pass(std::span(block).first(count))) {
            return false;
        }
    }
    if (!faults().drop) {
        to_.shutdown_write();
    }
    return true;
}

/// Returns false when the connection shall be closed.
bool gate_pipe::pass(std::span<std::byte> bytes) {
    if (const auto wait = faults().delay; wait > clock::duration::zero()) {
        this_fiber::sleep_for(wait);
    }
    const auto now = faults();
    const auto before = counted_;
    if (now.corrupt_every > 0) {
        corrupt(bytes, now.corrupt_every);
    }
    counted_ += bytes.size();
    const auto most = now.drop ? 0 : std::min(now.limit, now.close_after);
    const auto left = most > before ? most - before : 0;
    write(bytes.first(std::min(bytes.size(), left)), std::max<std::size_t>(now.largest_piece, 1));
    return counted_ < now.close_after;
}

void gate_pipe::corrupt(std::span<std::byte> bytes, std::size_t every) const noexcept {
    for (auto i = every - 1 - counted_ % every; i < bytes.size(); i += every) {
        bytes[i] ^= std::byte{0x20};
    }
}

void gate_pipe::write(std::span<const std::byte> bytes, std::size_t largest) {
    while (!bytes.empty()) {
        const auto piece = bytes.first(std::min(bytes.size(), largest));
        to_.write_all(piece);
        state_.passed += piece.size();
        bytes = bytes.subspan(piece.size());
        if (!bytes.empty()) {
            this_fiber::yield();  // so that the reader may see this piece alone
        }
    }
}

}  // namespace weft::testing::detail
