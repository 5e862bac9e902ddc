// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

/// Whether `error` is an Error or derived from one. Not for null.
template <class Error>
[[nodiscard]] bool is_error(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const Error&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// Several failures at once: what the children of a task_group threw.
///
/// Always wrapped, also when there is only one; a group inside a group stays one.
class exception_group : public std::runtime_error {
public:
    /// What split() makes of a group; a part without failures is missing.
    struct parts;

    /// Tells whether a single failure belongs to a part.
    using predicate = std::function<bool(const std::exception_ptr&)>;

    /// \throws std::invalid_argument  if `errors` is empty or one of them is null.
    explicit exception_group(std::vector<std::exception_ptr> errors);

    /// The failures in the order in which they happened.
    [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

    /// The first failure of type Error in this group or a nested one; null if there is none. A
    /// nested group itself counts only if Error is exception_group.
    template <class Error>
    [[nodiscard]] std::exception_ptr find() const;

    /// Calls `visitor` with each single failure, those of nested groups in their place.
    void visit(const std::function<void(const std::exception_ptr&)>& visitor) const;

    /// Calls `visitor` with each single failure of type Error.
    template <class Error, std::invocable<const Error&> Visitor>
    void visit(Visitor&& visitor) const;

    /// Divides the single failures into those that match and the rest. Both parts keep the order
    /// and the nesting.
    [[nodiscard]] parts split(const predicate& matches) const;

    /// split() into the failures of type Error and the rest.
    template <class Error>
    [[nodiscard]] parts split() const;

private:
    std::vector<std::exception_ptr> errors_;
};

struct exception_group::parts {
    std::optional<exception_group> matching;
    std::optional<exception_group> rest;
};

template <class Error>
std::exception_ptr exception_group::find() const {
    for (const auto& error : errors_) {
        try {
            std::rethrow_exception(error);
        } catch (const exception_group& nested) {
            auto found = std::is_same_v<Error, exception_group> ? error : nested.find<Error>();
            if (found != nullptr) {
                return found;
            }
        } catch (...) {
            if (is_error<Error>(error)) {
                return error;
            }
        }
    }
    return nullptr;
}

template <class Error, std::invocable<const Error&> Visitor>
void exception_group::visit(Visitor&& visitor) const {
    visit([&](const std::exception_ptr& error) {
        if (is_error<Error>(error)) {
            try {
                std::rethrow_exception(error);
            } catch (const Error& known) {
                visitor(known);
            }
        }
    });
}

template <class Error>
exception_group::parts exception_group::split() const {
    return split(&is_error<Error>);
}

}  // namespace weft
