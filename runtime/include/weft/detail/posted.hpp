// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <functional>
#include <source_location>
#include <utility>

namespace weft {

struct run_options;

namespace detail {

class remote_queue;

/// A function on its way from another thread to a runtime.
class posted {
public:
    posted() = default;
    posted(const posted&) = delete;
    posted& operator=(const posted&) = delete;
    virtual ~posted() = default;
    virtual void execute() = 0;
};

template <class Function>
class posted_function final : public posted {
public:
    template <class From>
    explicit posted_function(From&& from) : function_(std::forward<From>(from)) {}
    void execute() override { std::invoke(std::move(function_)); }

private:
    Function function_;
};

void run_main(run_options options, const std::function<void()>& main,
              std::source_location called_at);

}  // namespace detail
}  // namespace weft
