// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/unique_fd.hpp>

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

namespace weft {

namespace detail {
struct signal_inbox;
}

/// Receives signals of this process: `for (int number : signals({SIGINT, SIGTERM}))`.
///
/// While it lives its signals have no other effect, also not SIGINT on run(). A signal that comes
/// again before it was taken counts once. At the end of the receiver the dispositions are as
/// before, and signals that came and were not taken are raised again for those.
/// Threads:  only on the thread of its runtime; the signals may be delivered to any thread.
/// Lifetime: must be gone before the runtime.
/// Source:   sigaction(2). Not signalfd(2): that needs the signals blocked in every thread of the
///           program, also in those of other libraries.
class signals {
public:
    /// \throws usage_error  for what cannot be received: SIGKILL, SIGSTOP, the signals of faults
    ///         (SIGSEGV, SIGBUS, SIGFPE, SIGILL), a number that is none, an empty list, and a
    ///         signal that another receiver has; also outside a fiber.
    explicit signals(std::initializer_list<int> numbers) : signals(std::vector<int>(numbers)) {}
    explicit signals(std::vector<int> numbers);

    signals(const signals&) = delete;
    signals& operator=(const signals&) = delete;
    ~signals();

    /// The next signal, in the order of their coming.
    ///
    /// Blocks:       until there is one.
    /// Cancellation: throws cancelled; no signal is lost.
    /// \throws usage_error  if another fiber waits already.
    [[nodiscard]] int next();

    /// The next signal if one has come. Never blocks.
    [[nodiscard]] std::optional<int> try_next() noexcept;

    /// Goes through the signals as they come, without end.
    class iterator {
    public:
        using value_type = int;
        using difference_type = std::ptrdiff_t;

        explicit iterator(signals& from) : from_(&from), current_(from.next()) {}
        int operator*() const noexcept { return current_; }
        iterator& operator++() {
            current_ = from_->next();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return false; }

    private:
        signals* from_;
        int current_;
    };

    [[nodiscard]] iterator begin() { return iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    void restore() noexcept;

    std::vector<int> numbers_;
    std::unique_ptr<detail::signal_inbox> inbox_;
    bool waiting_ = false;
};

}  // namespace weft
