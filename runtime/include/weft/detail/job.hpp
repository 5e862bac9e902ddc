// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail {

class remote_queue;

/// A function on its way through the worker pool.
class job {
public:
    job() = default;
    job(const job&) = delete;
    job& operator=(const job&) = delete;
    virtual ~job() = default;

    /// Runs the function on a worker thread and keeps what came out.
    virtual void execute() noexcept = 0;
};

/// Parks the running fiber until a worker has executed `added`.
void run_on_worker(const std::shared_ptr<job>& added, bool abandon_on_cancel);

/// Parks the running fiber until a fiber of another runtime has executed `work`.
///
/// \throws cancelled, usage_error, std::system_error  if it was not executed.
void call_remotely(const std::shared_ptr<remote_queue>& target, const std::shared_ptr<job>& work);

/// What the caller throws whose function was cancelled over there.
[[noreturn]] void rethrow_remote_cancellation();

/// On a worker: waits until the fiber that waits for it has executed `asked`.
void run_in_caller(job& asked);

/// A number that is no fiber's and no other borrower's.
[[nodiscard]] std::uint64_t new_borrower() noexcept;

/// A permit of a limiter for a lifetime.
template <class Limiter>
class held_permit {
public:
    explicit held_permit(Limiter& from) : from_(&from) {
        if constexpr (has_borrowers) {
            from.acquire_on_behalf_of(borrower_);
        } else {
            from.acquire();
        }
    }
    held_permit(held_permit&& other) noexcept
        : from_(std::exchange(other.from_, nullptr)), borrower_(other.borrower_) {}
    held_permit& operator=(held_permit&&) = delete;
    ~held_permit() {
        if (from_ == nullptr) {
            return;
        }
        if constexpr (has_borrowers) {
            from_->release_on_behalf_of(borrower_);
        } else {
            from_->release();
        }
    }

private:
    // The borrower is the call, as the fiber may end before what it has abandoned.
    static constexpr bool has_borrowers = requires(Limiter & limiter, std::uint64_t borrower) {
        limiter.acquire_on_behalf_of(borrower);
        limiter.release_on_behalf_of(borrower);
    };

    Limiter* from_;
    std::uint64_t borrower_ = new_borrower();
};

template <class Function>
class function_job final : public job {
    using result = std::invoke_result_t<Function&>;
    static constexpr bool has_value = !std::is_void_v<result>;
    using stored = std::conditional_t<has_value, std::remove_cvref_t<result>, bool>;

public:
    template <class From>
    explicit function_job(From&& from) : function_(std::forward<From>(from)) {}

    void execute() noexcept override {
        try {
            if constexpr (has_value) {
                value_.emplace(function_());
            } else {
                function_();
            }
        } catch (...) {
            error_ = std::current_exception();
        }
    }

    using taken = std::conditional_t<has_value, stored, void>;

    /// The result of the function, or its exception. Once, after execute().
    taken take() {
        if (error_) {
            std::rethrow_exception(std::exchange(error_, nullptr));
        }
        if constexpr (has_value) {
            return std::move(*value_);
        }
    }

private:
    Function function_;
    std::optional<stored> value_;
    std::exception_ptr error_;
};

}  // namespace weft::detail
