// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// More processors: several runtimes, each on a thread of its own, that share nothing.

#include <weft/run.hpp>

#include <cstddef>
#include <functional>

namespace weft {

namespace detail {
class shard_set;
}

/// What the function of run_sharded() knows of itself and the others.
///
/// Threads: that of its runtime.
class shard {
public:
    /// Its own number, from 0.
    [[nodiscard]] std::size_t index() const noexcept { return index_; }

    /// How many there are.
    [[nodiscard]] std::size_t count() const noexcept;

    /// The runtime of shard `number`: `self.runtime(2).call(f)` runs f there and waits for its
    /// result, post() does not wait. It takes functions until all shards have ended.
    ///
    /// \throws usage_error  if there is no such shard.
    [[nodiscard]] const runtime_handle& runtime(std::size_t number) const;

private:
    friend class detail::shard_set;
    shard(const detail::shard_set& all, std::size_t index) noexcept : all_(&all), index_(index) {}

    const detail::shard_set* all_;
    std::size_t index_;
};

/// Runs `function` in `count` runtimes at the same time: shard 0 on the calling thread, each other
/// one on a new thread.
///
/// All begin together, and stay to serve each other until the last function has ended. When one
/// fails the others are cancelled. SIGINT cancels shard 0, and with it the others; a second one
/// ends the wait as in run(). Listeners share a port by net::listen_options::reuse_port.
/// Blocks: the thread, until all have ended.
/// \param count    0: as many as there are processors; at most 1,024.
/// \param options  for each runtime; `on_error` is called on all their threads.
/// \throws what the function threw; exception_group  if several failed; interrupted  if SIGINT
///         ended it (failures besides are reported); usage_error  inside a runtime or for too many;
///         std::system_error  if threads, descriptors or memory cannot be had.
void run_sharded(std::size_t count, const std::function<void(shard& self)>& function,
                 const run_options& options = {});

}  // namespace weft
