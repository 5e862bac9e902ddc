// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/net/error.hpp>
#include <weft/net/stream.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

namespace weft::testing {

/// Makes one call of many fail: the one after `calls_before` others.
struct planned_failure {
    std::size_t calls_before;
    std::errc code;
    bool happened = false;

    /// No call fails any more.
    void disarm() noexcept { calls_before = std::numeric_limits<std::size_t>::max(); }

    /// \throws net::error  if it is this call's turn.
    void strike(const char* operation) {
        if (!happened && calls_before-- == 0) {
            happened = true;
            throw net::error(std::make_error_code(code), operation);
        }
    }
};

/// A stream that fails according to plan, and then for good, as a socket does.
class failing_stream final : public net::stream {
public:
    failing_stream(std::unique_ptr<net::stream> inner, planned_failure& plan)
        : inner_(std::move(inner)), plan_(plan) {}

    [[nodiscard]] std::size_t read_some(std::span<std::byte> into) override {
        return watched("read", [&] { return inner_->read_some(into); });
    }
    void write_all(std::span<const std::byte> from) override {
        watched("write", [&] { inner_->write_all(from); });
    }
    void shutdown_write() override {
        watched("shutdown", [&] { inner_->shutdown_write(); });
    }
    void close() noexcept override { inner_->close(); }

private:
    template <class Call>
    std::invoke_result_t<Call> watched(const char* operation, Call call) {
        try {
            if (!broken_) {
                plan_.strike(operation);
                return call();
            }
        } catch (const net::error&) {
            if (!broken_ && !plan_.happened) {
                throw;
            }
            broken_ = true;
            inner_->close();  // whoever waits in another call fails, too
        }
        throw net::error(std::make_error_code(plan_.code), operation);
    }

    std::unique_ptr<net::stream> inner_;
    planned_failure& plan_;
    bool broken_ = false;
};

}  // namespace weft::testing
