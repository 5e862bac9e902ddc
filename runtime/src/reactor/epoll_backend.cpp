// SPDX-License-Identifier: BSL-1.0
#include "reactor/epoll_backend.hpp"

#include "fiber.hpp"
#include "reactor/perform.hpp"
#include "scheduler.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <new>
#include <span>
#include <string>
#include <system_error>

namespace weft::detail {

namespace {

constexpr std::size_t worth_fetching = 16;
constexpr std::uint64_t wake_tag = ~std::uint64_t{0};
constexpr std::uint32_t edges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI | EPOLLET;

std::uint64_t tag_of(int fd, std::uint32_t generation) noexcept {
    return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

bool is_tcp(int fd) noexcept {
    int protocol = 0;
    socklen_t size = sizeof protocol;
    return ::getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
           protocol == IPPROTO_TCP;
}

[[gnu::always_inline]] inline void fetch_lines(const void* around, int from, int to) noexcept {
    for (int line = from; line < to; ++line) {
        __builtin_prefetch(static_cast<const char*>(around) + 64 * line);
    }
}

unique_fd checked(int fd, const char* call) {
    if (fd < 0) {
        throw std::system_error(errno, std::generic_category(), std::string("weft: ") + call);
    }
    return unique_fd(fd);
}

}  // namespace

epoll_backend::epoll_backend()
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    // Edge-triggered: each write to the eventfd is an edge, so that it need never be read.
    epoll_event interest{EPOLLIN | EPOLLET, {.u64 = wake_tag}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &interest) != 0) {
        throw std::system_error(errno, std::generic_category(), "weft: epoll_ctl");
    }
}

void epoll_backend::submit(operation& asked) noexcept {
    if (asked.asked == operation::kind::forget) {
        forget(asked.fd);
        asked.finished = true;
        return;
    }
    if (static_cast<std::size_t>(asked.fd) >= descriptors_.size()) {  // also if it is negative
        asked.error = make_room(asked.fd);
        asked.finished = asked.error != 0;
        if (asked.finished) {
            return;
        }
    }
    auto& of = descriptors_[static_cast<std::size_t>(asked.fd)];
    auto& direction = side(of, asked);
    const bool first_in_line = direction.waiting.empty();
    if (!first_in_line || !direction.ready || !advance(of, direction, asked)) {
        hold(of, asked);
    }
}

/// Returns an errno, 0 on success. A number that is no descriptor makes the table no larger.
int epoll_backend::make_room(int fd) noexcept {
    if (::fcntl(fd, F_GETFD) < 0) {
        return errno;
    }
    try {
        descriptors_.resize(static_cast<std::size_t>(fd) + 64);
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
    return 0;
}

/// Tries the call and keeps the ready bit true to invariant 2. Returns whether it is finished.
bool epoll_backend::advance(descriptor& of, channel_state& direction, operation& asked) noexcept {
    if (!perform(asked)) {
        direction.ready = false;
        return false;
    }
    if (of.exact && fell_short(asked)) {
        direction.ready = false;
    }
    return true;
}

void epoll_backend::hold(descriptor& of, operation& asked) noexcept {
    auto& direction = side(of, asked);
    direction.waiting.push_back(asked);
    of.waited_last = asked.owner;
    ++pending_;
    if (of.registered) {
        return;
    }
    if (const int error = enroll(asked.fd, of); error != 0) {
        direction.waiting.remove(asked);
        --pending_;
        asked.finished = true;
        asked.error = error;
    }
}

int epoll_backend::enroll(int fd, descriptor& added) noexcept {
    epoll_event interest{edges, {.u64 = tag_of(fd, added.generation)}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &interest) != 0) {
        // EEXIST: the number was closed and reused behind our back while a duplicate keeps the
        // old description registered; the new registration replaces it.
        if (errno != EEXIST || ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &interest) != 0) {
            return errno;
        }
    }
    added.registered = true;
    added.exact = is_tcp(fd);
    return 0;
}

void epoll_backend::forget(int fd) noexcept {
    if (fd < 0 || static_cast<std::size_t>(fd) >= descriptors_.size()) {
        return;
    }
    auto& gone = descriptors_[static_cast<std::size_t>(fd)];
    if (gone.registered) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    }
    fail_all(gone.reading, EBADF);
    fail_all(gone.writing, EBADF);
    const std::uint32_t generation = gone.generation + 1;
    gone = descriptor{};
    gone.generation = generation;
}

void epoll_backend::fail_all(channel_state& direction, int error) noexcept {
    while (auto* failed = direction.waiting.front()) {
        direction.waiting.remove(*failed);
        failed->error = error;
        finished(*failed);
    }
}

void epoll_backend::cancel(operation& held) noexcept {
    side(descriptors_[static_cast<std::size_t>(held.fd)], held).waiting.remove(held);
    held.cancelled = true;
    cancelled_.push_back(held);
}

void epoll_backend::finish_cancelled() noexcept {
    while (auto* done = cancelled_.front()) {
        cancelled_.remove(*done);
        finished(*done);
    }
}

void epoll_backend::finished(operation& done) noexcept {
    done.finished = true;
    --pending_;
    if (!done.owner_tries) {  // else it is ready already
        ++finished_;
        done.owner->home->wake_operation(done);
    }
}

/// Lets those who wait for one direction try, in order, until it is used up.
void epoll_backend::serve(descriptor& of, channel_state& direction) noexcept {
    direction.ready = true;
    while (auto* next = direction.waiting.front()) {
        if (!direction.ready || !advance(of, direction, *next)) {
            return;
        }
        direction.waiting.remove(*next);
        finished(*next);
    }
}

/// Whoever receives does so itself: then the socket and the buffer are in the caches when its fiber
/// answers. Received here, all connections of a poll() would be walked through twice.
void epoll_backend::serve_reading(descriptor& of) noexcept {
    auto* first = of.reading.waiting.front();
    if (first == nullptr || first->owner_tries || first->asked != operation::kind::receive) {
        serve(of, of.reading);
        return;
    }
    of.reading.ready = true;
    first->owner_tries = true;
    __builtin_prefetch(first->bytes, 1);
    ++finished_;
    first->owner->home->wake_operation(*first);
}

void epoll_backend::resume(operation& held) noexcept {
    auto& of = descriptors_[static_cast<std::size_t>(held.fd)];
    auto& direction = side(of, held);
    held.owner_tries = false;
    if (!advance(of, direction, held)) {
        return;
    }
    direction.waiting.remove(held);
    --pending_;
    if (direction.ready) {
        serve(of, direction);
    }
}

void epoll_backend::dispatch(const epoll_event& happened) noexcept {
    const auto fd = static_cast<std::uint32_t>(happened.data.u64);
    if (happened.data.u64 == wake_tag || fd >= descriptors_.size()) {
        return;
    }
    auto& of = descriptors_[fd];
    if (of.generation != static_cast<std::uint32_t>(happened.data.u64 >> 32)) {
        return;
    }
    of.exact &= (happened.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) == 0;
    if ((happened.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
        serve_reading(of);
    }
    if ((happened.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
        serve(of, of.writing);
    }
}

const epoll_backend::descriptor* epoll_backend::descriptor_of(
    const epoll_event& happened) const noexcept {
    const auto fd = static_cast<std::uint32_t>(happened.data.u64);
    return fd < descriptors_.size() ? &descriptors_[fd] : nullptr;
}

/// Fetches what serving the events will touch: descriptors, operations with the frames above them
/// on cold stacks, the fibers that wait with what stands below them, their rows for tools. Each
/// kind for all events before the next kind, so that the processor looks for many pages at the same
/// time.
inline void epoll_backend::fetch(std::span<const epoll_event> happened) const noexcept {
    for (const auto& each : happened) {
        __builtin_prefetch(descriptor_of(each));
    }
    for (const auto& each : happened) {
        if (const auto* of = descriptor_of(each)) {
            fetch_lines(of->reading.waiting.front(), 0, 4);
            fetch_lines(of->waited_last, -3, 2);
        }
    }
    for (const auto& each : happened) {
        if (const auto* of = descriptor_of(each); of != nullptr && !of->reading.waiting.empty()) {
            __builtin_prefetch(of->reading.waiting.front()->owner->row);
        }
    }
}

int epoll_backend::wait(clock::duration limit) noexcept {
    using std::chrono::milliseconds;
    constexpr int count = events_per_poll;
    epoll_event* const events = events_.data();
    if (limit <= clock::duration::zero()) {
        return ::epoll_wait(epoll_.get(), events, count, 0);
    }
    if (limit == clock::duration::max()) {
        return ::epoll_wait(epoll_.get(), events, count, -1);
    }
    const auto whole = std::chrono::floor<std::chrono::seconds>(limit);
    const timespec timeout{whole.count(), (limit - whole).count()};
    const int ready = ::epoll_pwait2(epoll_.get(), events, count, &timeout, nullptr);
    if (ready >= 0 || errno != ENOSYS) {
        return ready;
    }
    // Linux before 5.11 only knows milliseconds; rounded up, so that no timer is woken for early.
    const auto rounded = std::min(std::chrono::ceil<milliseconds>(limit), milliseconds(60'000));
    return ::epoll_wait(epoll_.get(), events, count, static_cast<int>(rounded.count()));
}

std::size_t epoll_backend::poll(clock::duration limit) noexcept {
    finished_ = 0;
    finish_cancelled();
    const int count = wait(finished_ > 0 ? limit.zero() : limit);
    // Cleared before the work that the waker left is looked at: a later wake() writes again.
    woken_.store(false, std::memory_order_seq_cst);
    const std::span happened(events_.data(), static_cast<std::size_t>(std::max(count, 0)));
    if (happened.size() >= worth_fetching) {
        fetch(happened);
    }
    for (const auto& each : happened) {
        dispatch(each);
    }
    return finished_;
}

void epoll_backend::wake() noexcept {
    if (!woken_.exchange(true, std::memory_order_seq_cst)) {
        const int saved = errno;
        const std::uint64_t one = 1;
        static_cast<void>(::write(wake_.get(), &one, sizeof one));
        errno = saved;
    }
}

std::unique_ptr<backend> make_epoll_backend() {
    return std::make_unique<epoll_backend>();
}

}  // namespace weft::detail
