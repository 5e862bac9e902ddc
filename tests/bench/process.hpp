// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace weft::bench {

/// The first and the last CPU this process may use; the same one on a single-CPU machine.
struct cpu_pair {
    int server = 0;
    int load = 0;
};

/// Which CPU the servers and which the load generator is pinned to.
[[nodiscard]] cpu_pair chosen_cpus();

/// Keeps this process on one CPU from now on.
void pin_to(int cpu);

/// Raises the soft limit of descriptors to the hard one. Returns the limit.
std::size_t raise_descriptor_limit();

/// CPU time this process has used, user and system.
[[nodiscard]] std::chrono::nanoseconds own_cpu_time();

/// Runs `measured` in a forked process on the server CPU and returns what it returned.
///
/// Each round gets a process of its own, so that no round finds warm pools of another.
/// \throws std::runtime_error  if the process died or threw; it has printed why.
[[nodiscard]] std::vector<double> in_child(const std::function<std::vector<double>()>& measured);

/// Tells the parent which port a server listens on; called once, by the server's process.
using announce_port = std::function<void(std::uint16_t port)>;

/// A server in a forked process on the server CPU, killed by the destructor.
class server_process {
public:
    /// \param serve  binds a free loopback port, announces it and serves until killed.
    /// \throws std::runtime_error  if the process ends without announcing a port.
    explicit server_process(const std::function<void(const announce_port&)>& serve);
    ~server_process();

    server_process(const server_process&) = delete;
    server_process& operator=(const server_process&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

    /// CPU time the server has used so far, user and system.
    [[nodiscard]] std::chrono::nanoseconds cpu_time() const;

private:
    pid_t pid_ = -1;
    std::uint16_t port_ = 0;
};

}  // namespace weft::bench
