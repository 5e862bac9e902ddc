// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

namespace weft::detail {

struct fiber;

/// What is asked of the reactor; lives on the stack of the fiber that waits for it.
///
/// Life: submit() either finishes it at once, or the backend holds it until poll() finishes it.
/// cancel() only asks for that. While the backend holds it, the memory that it points to stays.
struct operation {
    enum class kind : std::uint8_t {
        receive,          // recv on a stream: bytes
        send,             // send on a stream: bytes
        receive_message,  // recvmsg: message
        send_message,     // sendmsg: message
        read,             // read on any file that can be polled: bytes
        write,            // write on any file that can be polled: bytes
        accept,           // address, address_size
        connect,          // address, address_size; then waits for the outcome
        readable,         // nothing but the wait
        writable,
        forget,  // ends all others on the descriptor with EBADF
    };

    kind asked;
    int fd;
    std::byte* bytes = nullptr;
    std::size_t size = 0;
    msghdr* message = nullptr;
    sockaddr* address = nullptr;
    socklen_t* address_size = nullptr;
    int flags = 0;

    fiber* owner = nullptr;
    bool finished = false;
    bool cancelled = false;     // finished by cancel(); nothing was moved
    bool owner_tries = false;   // not finished, but its owner was woken to call backend::resume()
    int error = 0;              // errno of the failed call, 0 on success
    std::ptrdiff_t result = 0;  // bytes moved or the new descriptor

    operation* next = nullptr;  // kept by the backend
    operation* previous = nullptr;

    /// Whether it waits for the direction of writing.
    [[nodiscard]] bool is_write() const noexcept {
        return asked == kind::send || asked == kind::send_message || asked == kind::write ||
               asked == kind::connect || asked == kind::writable;
    }
};

/// Operations in the order of their arrival.
class operation_list {
public:
    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] operation* front() const noexcept { return first_; }

    void push_back(operation& added) noexcept {
        added.next = nullptr;
        added.previous = last_;
        (last_ != nullptr ? last_->next : first_) = &added;
        last_ = &added;
    }

    void remove(operation& removed) noexcept {
        (removed.previous != nullptr ? removed.previous->next : first_) = removed.next;
        (removed.next != nullptr ? removed.next->previous : last_) = removed.previous;
    }

private:
    operation* first_ = nullptr;
    operation* last_ = nullptr;
};

}  // namespace weft::detail
