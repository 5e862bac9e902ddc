// SPDX-License-Identifier: BSL-1.0
#include "benches.hpp"
#include "harness.hpp"
#include "options.hpp"
#include "process.hpp"
#include "server_contest.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace weft::bench {

namespace {

/// The program that is linked with the layer, beside this one.
std::string side_program() {
    std::array<char, 4096> path{};
    const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
    const std::string self(path.data(), static_cast<std::size_t>(size < 0 ? 0 : size));
    return self.substr(0, self.rfind('/')) + "/weft-interpose-side";
}

/// Under the layer, and by libc directly.
std::array<double, 2> measured_beside(const std::string& figure) {
    std::FILE* const output = ::popen((side_program() + " " + figure).c_str(), "r");
    std::array<double, 2> found{};
    const bool read =
        output != nullptr && std::fscanf(output, "%lf %lf", &found[0], &found[1]) == 2;
    if (output == nullptr || ::pclose(output) != 0 || !read) {
        throw std::runtime_error("weft-interpose-side " + figure + " failed");
    }
    return found;
}

/// One of the two, each in a run of its own.
round side(const std::string& figure, std::size_t which) {
    return [=] { return in_child([=] { return std::vector{measured_beside(figure)[which]}; }); };
}

/// Becomes the other program, while a process of its own passes the port on.
server served_beside(const std::string& figure) {
    return [=](const announce_port& announce) {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) {
            throw std::runtime_error("pipe");
        }
        if (::fork() == 0) {
            ::close(ends[1]);
            unsigned port = 0;
            std::FILE* const said = ::fdopen(ends[0], "r");
            if (said != nullptr && std::fscanf(said, "%u", &port) == 1) {
                announce(static_cast<std::uint16_t>(port));
            }
            ::_exit(0);
        }
        ::dup2(ends[1], STDOUT_FILENO);
        ::execl(side_program().c_str(), "weft-interpose-side", figure.c_str(), nullptr);
        throw std::runtime_error("weft-interpose-side cannot be started");
    };
}

void hold_servers(const options& chosen) {
    load asked;
    asked.request = "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
    asked.complete = [](std::string_view received) { return received.ends_with("hello world"); };
    asked.connections = 100;
    if (chosen.quick) {
        asked.warm_up = std::chrono::milliseconds(10);
        asked.window = std::chrono::milliseconds(50);
    }
    hold(server_contest{.bench = "interpose",
                        .weft = served_beside("serve-libc"),
                        .baseline = served_beside("serve-weft"),
                        .asked = asked,
                        .cpu = at_most_times(1.1)},
         chosen);
}

}  // namespace

void run_interpose(const options& chosen) {
    if (::access(side_program().c_str(), X_OK) != 0) {
        std::fputs("weft-bench: interpose left out: weft-interpose-side was not built\n", stderr);
        return;
    }
    hold({.bench = "interpose",
          .figures = {{"write() and read() outside a fiber, above libc's", "ns", at_most(5)}},
          .weft =
              [] {
                  return in_child([] {
                      const auto both = measured_beside("outside");
                      return std::vector{both[0] - both[1]};
                  });
              }},
         chosen);
    hold({.bench = "interpose",
          .figures = {{"write() and read() in a fiber, data there", "ns", at_most_times(1.05)}},
          .weft = side("inside", 0),
          .baseline = side("inside", 1)},
         chosen);
    hold({.bench = "interpose",
          .figures = {{"pthread_mutex_lock and unlock in a fiber", "ns", at_most_times(2)}},
          .weft = side("mutex", 0),
          .baseline = side("mutex", 1)},
         chosen);
    hold_servers(chosen);
}

}  // namespace weft::bench
