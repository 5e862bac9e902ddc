// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "reactor/backend.hpp"

#include <weft/unique_fd.hpp>

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

namespace weft::detail {

/// The reactor on epoll(7).
///
/// Invariants:
/// 1. A descriptor is registered at most once, edge-triggered for both directions, when an
///    operation first has to wait for it. It is never re-armed.
/// 2. A direction's ready bit is clear only after a call fell short or would have blocked, and an
///    edge sets it. So no call is made that must fail, and no edge is missed.
/// 3. An operation is in exactly one list: of its descriptor and direction, or of those to be
///    finished by the next poll(); or in none, if it is finished or was never held. One whose owner
///    was woken to make the call keeps its place, so that nobody else receives before it.
/// 4. Events carry the descriptor's generation; forget() raises it. An event fetched before the
///    number was reused therefore reaches nobody.
/// 5. `exact`: a call that moved less than asked for has used up the direction, and an edge tells
///    when there is more. So on TCP, until the end, an error or urgent data is signalled. Not so
///    elsewhere: a Unix socket stops behind a message with descriptors, and a datagram is short.
class epoll_backend final : public backend {
public:
    epoll_backend();

    void submit(operation& asked) noexcept override;
    void cancel(operation& held) noexcept override;
    void resume(operation& held) noexcept override;
    std::size_t poll(clock::duration limit) noexcept override;
    void wake() noexcept override;

private:
    /// One direction of a descriptor.
    struct channel_state {
        bool ready = true;  // unknown counts as ready: the first call finds out
        operation_list waiting;
    };
    struct alignas(64) descriptor {
        std::uint32_t generation = 0;
        bool registered = false;
        bool exact = false;  // see invariant 5
        channel_state reading;
        channel_state writing;
        const fiber* waited_last = nullptr;  // may be gone: only its address is used
    };
    static_assert(sizeof(descriptor) == 64, "a line of the cache each");

    static channel_state& side(descriptor& of, const operation& asked) noexcept {
        return asked.is_write() ? of.writing : of.reading;
    }

    int make_room(int fd) noexcept;
    bool advance(descriptor& of, channel_state& direction, operation& asked) noexcept;
    void hold(descriptor& of, operation& asked) noexcept;
    int enroll(int fd, descriptor& added) noexcept;
    void forget(int fd) noexcept;
    void fail_all(channel_state& direction, int error) noexcept;
    void serve(descriptor& of, channel_state& direction) noexcept;
    void serve_reading(descriptor& of) noexcept;
    [[nodiscard]] const descriptor* descriptor_of(const epoll_event& happened) const noexcept;
    [[gnu::always_inline]] void fetch(std::span<const epoll_event> happened) const noexcept;
    void dispatch(const epoll_event& happened) noexcept;
    void finish_cancelled() noexcept;
    void finished(operation& done) noexcept;
    int wait(clock::duration limit) noexcept;

    // What is received here waits for its fiber to run. With more events at once the sockets,
    // stacks and rows have left the caches by then: with 256, 10,000 connections took a tenth more
    // processor time.
    static constexpr std::size_t events_per_poll = 48;

    unique_fd epoll_;
    unique_fd wake_;
    std::atomic<bool> woken_{false};
    std::vector<descriptor> descriptors_;  // by number
    operation_list cancelled_;
    std::size_t finished_ = 0;  // in this poll()
    // Not on the stack, which is that of any parked fiber: it would touch cold lines, and a page.
    std::array<epoll_event, events_per_poll> events_;
};

}  // namespace weft::detail
