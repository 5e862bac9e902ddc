// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <pthread.h>

#include <cstdint>
#include <vector>

namespace weft::interpose {

/// What a fiber has set for the keys that have a value for each fiber.
///
/// Threads: that of its fiber.
class fiber_values {
public:
    fiber_values() noexcept;
    fiber_values(const fiber_values&) = delete;
    fiber_values& operator=(const fiber_values&) = delete;

    /// Runs the destructors of what is set, as at the end of a thread.
    ~fiber_values();

    [[nodiscard]] void* get(pthread_key_t key) const noexcept;

    /// \throws std::bad_alloc
    void set(pthread_key_t key, const void* value);

    /// As often as POSIX says, since a destructor may set values again.
    void run_destructors() noexcept;

    /// The fiber that set the first value: those that it spawns begin without any.
    [[nodiscard]] std::uint64_t owner() const noexcept { return owner_; }

private:
    struct slot {
        pthread_key_t key;
        unsigned generation;  // of the key: a number is used again
        void* value;
    };

    bool run_round() noexcept;

    std::vector<slot> slots_;
    const std::uint64_t owner_;
};

/// Those of the calling fiber, also in the child that it forked; null if it has set none.
[[nodiscard]] fiber_values* values_of_this_fiber() noexcept;

/// For the end of a thread that is a fiber.
void end_values_of_this_fiber() noexcept;

}  // namespace weft::interpose
