// SPDX-License-Identifier: BSL-1.0
#include <weft/pipe.hpp>

#include <weft/error.hpp>
#include <weft/io.hpp>

#include "system_failure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace weft {

namespace {

constexpr std::size_t pipe_room = 64 * 1024;  // what a pipe holds

/// Gives back the room at the end of a text that was not used, also when reading it failed.
class room_at_end {
public:
    room_at_end(std::string& text, std::size_t size) : text_(text), used_(text.size()) {
        text.resize(used_ + size);
    }
    room_at_end(const room_at_end&) = delete;
    room_at_end& operator=(const room_at_end&) = delete;
    ~room_at_end() { text_.resize(used_); }

    [[nodiscard]] std::span<std::byte> bytes() noexcept {
        return std::as_writable_bytes(std::span(text_)).subspan(used_);
    }
    void use(std::size_t count) noexcept { used_ += count; }

private:
    std::string& text_;
    std::size_t used_;
};

}  // namespace

std::size_t pipe_reader::read_some(std::span<std::byte> into) {
    return io::read(end_.get(), into);
}

void pipe_reader::read_all(std::string& into, std::size_t limit) {
    for (std::size_t left = limit;;) {
        room_at_end room(
            into, left < pipe_room ? left + 1 : pipe_room);  // one more shows what is too much
        const auto count = read_some(room.bytes());
        room.use(std::min(count, left));
        if (count > left) {
            throw io_error(std::make_error_code(std::errc::message_size),
                           "pipe: more than " + std::to_string(limit) + " bytes", limit);
        }
        if (count == 0) {
            return;
        }
        left -= count;
    }
}

void pipe_writer::write_all(std::span<const std::byte> from) {
    std::size_t written = 0;
    while (written < from.size()) {
        try {
            written += io::write(end_.get(), from.subspan(written));
        } catch (const io_error& failed) {
            throw io_error(failed.code(), "pipe: write", written);
        }
    }
}

std::pair<pipe_reader, pipe_writer> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        detail::throw_errno("pipe");
    }
    return {pipe_reader(unique_fd(ends[0])), pipe_writer(unique_fd(ends[1]))};
}

}  // namespace weft
