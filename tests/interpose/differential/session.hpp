// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/unique_fd.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::test {

/// What one case sees and does, on a plain thread or in a fiber under the layer.
class session {
public:
    session() = default;
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    virtual ~session() = default;

    /// Notes the result of a call, with errno if it failed. Call it right after.
    void note(std::string_view call, long result);

    /// Notes bytes, or anything else.
    void note_text(std::string_view what, std::string_view text);

    /// Notes whether `fd` is in blocking mode.
    void note_mode(int fd);

    /// Notes whether a SIGPIPE has come since the session began, which blocks it.
    void note_broken_pipe();

    /// What another thread, or fiber, does meanwhile.
    virtual void meanwhile(std::function<void()> body) = 0;

    /// Everything noted so far, a line each.
    [[nodiscard]] const std::string& notes() const noexcept { return notes_; }

private:
    std::string notes_;
};

/// The notes of `body` on a thread without a runtime.
[[nodiscard]] std::string natively(const std::function<void(session&)>& body);

/// The same in a fiber under the layer, while another fiber runs now and then.
[[nodiscard]] std::string in_a_fiber(const std::function<void(session&)>& body);

/// Two connected ends. What is written to one is read from the other.
struct channel_ends {
    unique_fd read;
    unique_fd write;
};

/// A kind of connected descriptors, all made in blocking mode.
struct channel_kind {
    const char* name;
    channel_ends (*make)();
    bool is_socket;
    bool is_stream;
};

/// Pipes, and sockets of every kind.
[[nodiscard]] const std::vector<channel_kind>& channel_kinds();

/// Fills a channel until it takes no more, without blocking and without a change of flags.
void fill(int fd);

/// Reads `size` bytes, in pieces.
void drain(int fd, std::size_t size);

/// Reads until nothing is there.
void drain_what_is_there(int fd);

}  // namespace weft::test
