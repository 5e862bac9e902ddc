// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/simulate.hpp>

#include <weft/error.hpp>
#include <weft/scope.hpp>
#include <weft/task.hpp>
#include <weft/this_fiber.hpp>

#include "fiber.hpp"
#include "fiber_dump.hpp"
#include "simulated.hpp"
#include "simulation/backend.hpp"
#include "simulation/calls.hpp"
#include "simulation/network.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace weft::testing {

namespace {

/// Puts a network in the place of the kernel's, for runtimes that begin on this thread.
class kernel_stand_in {
public:
    explicit kernel_stand_in(detail::network& simulated) : calls_(simulated) {
        if (detail::network::here != nullptr || weft::detail::current_fiber != nullptr) {
            throw usage_error("simulate: this thread is a runtime already");
        }
        detail::network::here = &simulated;
        weft::detail::simulated = {
            []() -> std::unique_ptr<weft::detail::backend> {
                return std::make_unique<detail::simulated_backend>(*detail::network::here);
            },
            &calls_};
    }
    kernel_stand_in(const kernel_stand_in&) = delete;
    kernel_stand_in& operator=(const kernel_stand_in&) = delete;
    ~kernel_stand_in() {
        detail::network::here = nullptr;
        weft::detail::simulated = {};
    }

private:
    detail::simulated_calls calls_;
};

/// One simulation while it runs.
class one_run {
public:
    one_run(std::uint64_t seed, const simulation_body& body, const simulation_options& options)
        : seed_(seed),
          body_(body),
          options_(options),
          network_(detail::mixed(seed, 1), options.network, options.most_events),
          simulated_(seed, network_) {}

    simulation_result result();

private:
    void run();
    void supervise();
    void run_body(const cancel_scope& scope);
    void let_settle(std::uint64_t main_id);
    [[nodiscard]] run_options for_runtime();
    void add_assertions(const ::testing::TestPartResultArray& failed);
    void add(const std::string& what) { failure_ += (failure_.empty() ? "" : "\n") + what; }

    std::uint64_t seed_;
    const simulation_body& body_;
    const simulation_options& options_;
    detail::network network_;
    simulation simulated_;
    std::string failure_;
    clock::duration took_{};
};

run_options one_run::for_runtime() {
    auto chosen = options_.runtime;
    chosen.time = time_source::virtual_time;
    chosen.order_seed = detail::mixed(seed_, 3) | 1;
    chosen.on_error = [this](const error_report& made) {
        add("the runtime reported: " + made.message +
            (made.error != nullptr ? ": " + describe(made.error) : ""));
    };
    return chosen;
}

void one_run::add_assertions(const ::testing::TestPartResultArray& failed) {
    for (int i = 0; i < failed.size(); ++i) {
        const auto& each = failed.GetTestPartResult(i);
        if (each.failed()) {
            add((each.file_name() != nullptr ? each.file_name() : "") + std::string(":") +
                std::to_string(each.line_number()) + ": " + each.message());
        }
    }
}

simulation_result one_run::result() {
    ::testing::TestPartResultArray failed;
    {
        const ::testing::ScopedFakeTestPartResultReporter watching(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &failed);
        run();
    }
    add_assertions(failed);
    return {seed_, failure_, took_, network_.trace};
}

void one_run::run() {
    const kernel_stand_in stands_in(network_);
    weft::run([this] { supervise(); }, for_runtime());
    if (network_.open() > 0) {
        add(std::to_string(network_.open()) + " sockets are left open");
    }
}

/// Runs the body until its time limit, and looks what it leaves.
void one_run::supervise() {
    cancel_scope body;
    const std::uint64_t main_id = this_fiber::id();
    auto limit = spawn(
        [&] {
            this_fiber::sleep_for(options_.time_limit);
            add("the body took longer than the time limit. Fibers:\n" +
                detail::dump_fibers(std::array{this_fiber::id()}));
            body.cancel("the time limit of the simulation");
        },
        {.name = "time limit"});
    const bool finished = body.run([&] { run_body(body); });
    took_ = network_.now().time_since_epoch();
    limit.cancel();
    limit.join();
    if (finished && failure_.empty()) {
        let_settle(main_id);
    }
}

void one_run::run_body(const cancel_scope& scope) {
    try {
        body_(simulated_);
    } catch (const cancelled& stray) {
        if (scope.cancel_called()) {
            throw;
        }
        add("the body was cancelled, and not by its time limit: " + stray.reason());
    } catch (...) {
        add("the body threw: " + describe(std::current_exception()));
    }
}

void one_run::let_settle(std::uint64_t main_id) {
    if (options_.may_leave_fibers) {
        return;
    }
    const auto left = [&] { return detail::list_fibers(std::array{main_id}); };
    const auto until = network_.now() + options_.settling;
    while (!left().empty() && network_.now() < until) {
        this_fiber::sleep_for(options_.settling / 64);
    }
    if (!left().empty()) {
        add("fibers are left when the body returns:\n" + left());
    }
}

}  // namespace

simulation_result simulate(std::uint64_t seed, const simulation_body& body,
                           const simulation_options& options) {
    return one_run(seed, body, options).result();
}

}  // namespace weft::testing
