// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/event.hpp>
#include <weft/scope.hpp>
#include <weft/shard.hpp>

#include "remote_queue.hpp"

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace weft::detail {

/// The shards of one run_sharded().
///
/// Invariants:
/// 1. A member's events and scope are touched on its own thread only: others send a notice. These
///    are made in advance, so that telling the others cannot fail.
/// 2. A member has entered or is lost. Once all have entered, or one is lost or has failed, every
///    member that waits for the others goes on.
/// Threads: any, except where a member is named `own`.
class shard_set {
public:
    shard_set(std::size_t count, const std::function<void(shard&)>& function);
    shard_set(const shard_set&) = delete;
    shard_set& operator=(const shard_set&) = delete;
    ~shard_set();

    /// The main function of shard `own`.
    void run_member(std::size_t own);

    /// Shard `own` has left its runtime. `failure` says how, if it was not well.
    void left(std::size_t own, std::exception_ptr failure) noexcept;

    /// The same by SIGINT. If it was the second one, the other shards do not wait either.
    void interrupted_in(std::size_t own) noexcept;

    /// Throws what is to be told the caller of run_sharded().
    void throw_failures(const error_handler& on_error);

    [[nodiscard]] std::size_t count() const noexcept { return members_.size(); }
    [[nodiscard]] const runtime_handle& runtime(std::size_t number) const;

private:
    struct member;
    class notice;
    enum class news : unsigned char { all_there, failed, all_ended, abandon };

    void run_function(member& own, std::size_t number);
    void enter(member& own);
    void end(member& own) noexcept;
    void wait_for_others(member& own);
    void fail() noexcept;
    void count_ended(member& own) noexcept;
    void tell_all(news what) noexcept;

    const std::function<void(shard&)>& function_;
    std::vector<std::unique_ptr<member>> members_;
    mutable std::mutex guard_;  // for all below
    std::size_t entered_ = 0;
    std::size_t ended_ = 0;
    bool failed_ = false;
    bool interrupted_ = false;
    bool abandoned_ = false;  // by a second SIGINT
    std::vector<std::exception_ptr> failures_;
};

}  // namespace weft::detail
