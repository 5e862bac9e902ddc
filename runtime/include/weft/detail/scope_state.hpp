// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/clock.hpp>
#include <weft/detail/timer.hpp>
#include <weft/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace weft::detail {

struct fiber;

/// A node of the tree of scopes. Owned by a cancel_scope, a task_group or a fiber.
struct scope_state : timer {
    scope_state();

    /// \param number  an id that nothing else has.
    explicit scope_state(std::uint64_t number) noexcept : id(number) { expired = &on_deadline; }
    scope_state(const scope_state&) = delete;
    scope_state& operator=(const scope_state&) = delete;
    ~scope_state() = default;

    std::uint64_t id;
    scope_state* parent = nullptr;
    scope_state* first_child = nullptr;
    scope_state* next_sibling = nullptr;
    scope_state* previous_sibling = nullptr;
    fiber* owner = nullptr;              // the fiber that runs inside; null before entry
    const scope_state* cause = nullptr;  // outermost cancelled scope visible from here
    clock::time_point deadline = never;
    int unwinding = 0;  // std::uncaught_exceptions() of the owner where it entered
    bool cancel_called = false;
    bool shielded = false;
    bool used = false;
    bool caught = false;
    std::uint64_t canceller = 0;  // id of a fiber
    std::string reason;

    /// Cancels this scope and everything inside that is not shielded.
    ///
    /// \param by  the id of the fiber that wants it; 0: none.
    void cancel(std::string_view why, std::uint64_t by = 0) noexcept;
    void set_shield(bool on);
    void set_deadline(clock::time_point wanted);

    /// Links this scope below `above` (null: a root) and takes over its cancellation.
    void attach(scope_state* above, fiber* inside) noexcept;
    void detach() noexcept {
        if (slot != unarmed || parent != nullptr) {
            unlink();
        }
    }

    /// What happens when the deadline has come.
    static void on_deadline(timer& due) noexcept;

    /// What is thrown on behalf of this scope, which is cancelled.
    [[nodiscard]] cancelled cancellation() const { return {id, reason, canceller}; }

    /// Throws the cancellation of `cause`, which must not be null.
    [[noreturn]] void raise() const;

private:
    void unlink() noexcept;
};

/// Makes a scope the innermost one of the running fiber for a lifetime.
class entered_scope {
public:
    explicit entered_scope(scope_state& entered);
    ~entered_scope();

    entered_scope(const entered_scope&) = delete;
    entered_scope& operator=(const entered_scope&) = delete;

    /// Whether `request` ends at this scope; if it belongs further out, it is assigned there.
    bool absorbs(cancelled& request) noexcept;

private:
    scope_state& scope_;
};

/// Runs `body` in a shielded scope.
template <class Body>
auto run_shielded(Body&& body) {
    scope_state shield;
    shield.shielded = true;
    entered_scope entered(shield);
    return std::forward<Body>(body)();
}

}  // namespace weft::detail
