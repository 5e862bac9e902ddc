// SPDX-License-Identifier: BSL-1.0
#include <weft/testing/fault_gate.hpp>

#include "gate_pipe.hpp"

#include <weft/event.hpp>
#include <weft/net/error.hpp>
#include <weft/net/tcp.hpp>
#include <weft/scope.hpp>
#include <weft/socket_calls.hpp>
#include <weft/task.hpp>
#include <weft/task_group.hpp>

#include <sys/socket.h>

#include <optional>
#include <set>
#include <utility>

namespace weft::testing {

namespace {

void close_stream(net::tcp_stream& closed, bool reset) noexcept {
    if (reset && closed.is_open()) {
        const linger at_once{1, 0};
        (void)io::socket_calls_here().setsockopt(closed.native(), SOL_SOCKET, SO_LINGER, &at_once,
                                                 sizeof at_once);
    }
    closed.close();
}

}  // namespace

class fault_gate::implementation {
public:
    implementation(const net::address& server, const gate_options& options)
        : server_(server),
          options_(options),
          listener_(net::tcp_listener::listen(options.listen)),
          local_(listener_->local_address()),
          working_(spawn([this] { work(); }, {.name = "fault gate"})) {
        update();
    }

    [[nodiscard]] const net::address& address() const noexcept { return local_; }
    void set(const gate_faults& faults);
    void close_connections(bool reset);
    [[nodiscard]] std::size_t open_connections() const noexcept { return connections_.size(); }
    [[nodiscard]] std::uint64_t accepted() const noexcept { return accepted_; }
    [[nodiscard]] std::uint64_t passed() const noexcept { return state_.passed; }

private:
    struct connection {
        explicit connection(net::tcp_stream accepted) : client(std::move(accepted)) {}
        net::tcp_stream client;
        std::optional<net::tcp_stream> server;
    };

    void work();
    [[nodiscard]] std::optional<net::tcp_stream> next();
    void serve(connection& served);
    void join(connection& served);
    [[nodiscard]] bool lets_in() const noexcept {
        return !state_.faults.stop_accepting && connections_.size() < options_.max_connections;
    }
    void update() noexcept {
        if (listener_ && lets_in()) {
            open_.set();
        } else {
            open_.clear();
        }
    }
    static void close(connection& closed, bool reset) noexcept;

    net::address server_;
    gate_options options_;
    std::optional<net::tcp_listener> listener_;  // none while connections are refused
    net::address local_;
    detail::gate_state state_;
    std::set<connection*> connections_;
    std::uint64_t accepted_ = 0;
    event open_;  // set while somebody may be let in
    cancel_scope* accepting_ = nullptr;
    task<void> working_;  // last: it ends before what it uses
};

void fault_gate::implementation::set(const gate_faults& faults) {
    if (!faults.refuse && !listener_) {
        listener_.emplace(net::tcp_listener::listen(local_));
    }
    state_.faults = faults;
    ++state_.version;
    if (accepting_ != nullptr && (faults.refuse || faults.stop_accepting)) {
        accepting_->cancel("the gate is shut");
    }
    if (faults.refuse) {
        listener_.reset();
    }
    update();
}

void fault_gate::implementation::close(connection& closed, bool reset) noexcept {
    close_stream(closed.client, reset);
    if (closed.server) {
        close_stream(*closed.server, reset);
    }
}

void fault_gate::implementation::close_connections(bool reset) {
    for (auto* each : connections_) {
        close(*each, reset);
    }
}

/// The next client; none when the gate was shut meanwhile.
std::optional<net::tcp_stream> fault_gate::implementation::next() {
    std::optional<net::tcp_stream> found;
    cancel_scope accepting;
    accepting_ = &accepting;
    struct no_longer {
        cancel_scope*& pointer;
        ~no_longer() { pointer = nullptr; }
    } at_end{accepting_};
    accepting.run([&] { found.emplace(listener_->accept()); });
    return found;
}

void fault_gate::implementation::work() {
    with_task_group([this](task_group& serving) {
        for (;;) {
            while (!open_.is_set()) {
                open_.wait();
            }
            auto client = next();
            if (!client) {
                continue;
            }
            ++accepted_;
            auto made = std::make_unique<connection>(std::move(*client));
            connections_.insert(made.get());
            update();
            serving.spawn([this, made = std::move(made)] { serve(*made); });
        }
    });
}

void fault_gate::implementation::serve(connection& served) {
    struct forgetting {
        implementation& gate;
        connection& ended;
        ~forgetting() {
            gate.connections_.erase(&ended);
            gate.update();
        }
    } at_end{*this, served};
    try {
        fail_after(options_.connect_timeout,
                   [&] { served.server.emplace(net::tcp_stream::connect(server_)); });
    } catch (const net::error&) {
        close(served, true);
        return;
    } catch (const timeout_error&) {
        close(served, true);
        return;
    }
    if (served.client.is_open()) {  // else it was closed while the server was sought
        join(served);
    }
}

/// Passes on in both directions, until both have ended or one fails.
void fault_gate::implementation::join(connection& served) {
    const auto pass = [&](net::tcp_stream& from, net::tcp_stream& to, bool up) {
        try {
            if (detail::gate_pipe(state_, from, to, up).run(options_.buffer)) {
                return;
            }
            close(served, state_.faults.reset);
        } catch (const net::error& failed) {
            close(served, failed.code() == std::errc::connection_reset);
        }
    };
    auto up = spawn([&] { pass(served.client, *served.server, true); }, {.name = "gate, up"});
    pass(*served.server, served.client, false);
    up.get();
}

fault_gate::fault_gate(const net::address& server, const gate_options& options)
    : self_(std::make_unique<implementation>(server, options)) {}

fault_gate::~fault_gate() = default;

const net::address& fault_gate::address() const noexcept {
    return self_->address();
}

void fault_gate::set(const gate_faults& faults) {
    self_->set(faults);
}

void fault_gate::close_connections(bool reset) {
    self_->close_connections(reset);
}

std::size_t fault_gate::open_connections() const noexcept {
    return self_->open_connections();
}

std::uint64_t fault_gate::accepted() const noexcept {
    return self_->accepted();
}

std::uint64_t fault_gate::passed() const noexcept {
    return self_->passed();
}

}  // namespace weft::testing
