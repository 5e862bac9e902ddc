// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace weft::detail {

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
