// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace weft::bench {

struct options;

/// Ready fibers that yield to each other, against raw Boost.Context jumps.
void run_yield(const options& chosen);

/// Starting and joining an empty fiber, against Boost.Fiber.
void run_spawn(const options& chosen);

/// One fiber waking another, against Boost.Fiber's unbuffered channel.
void run_handoff(const options& chosen);

/// The engine on Boost.Fiber, against stock Boost.Fiber and against the native engine.
void run_engines(const options& chosen);

/// Receiving by select() over eight channels.
void run_select(const options& chosen);

/// Waking a runtime from another thread, against bare eventfds.
void run_wake(const options& chosen);

/// Many fibers that sleep at the same time.
void run_timers(const options& chosen);

/// Resident memory of many parked fibers.
void run_memory(const options& chosen);

/// A TCP echo server, against a raw epoll loop.
void run_echo(const options& chosen);

/// The porting layer, against libc's own functions and weft's API.
void run_interpose(const options& chosen);

/// What tracing costs: the table that is always kept, and recorded events.
void run_trace(const options& chosen);

/// Requests and responses in a simulation.
void run_simulate(const options& chosen);

/// An HTTP server that answers 11 bytes, against a raw epoll loop without a parser.
void run_http(const options& chosen);

}  // namespace weft::bench
