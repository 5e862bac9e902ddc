// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "real_of.hpp"
#include "stream_call.hpp"

namespace weft::interpose {

/// A function of stdio: libc's outside of fibers, else made as stream_call() says.
///
/// \param name, given  what is called, and with what. \param at_once  as for stream_call().
template <auto function, class Result, class AtOnce, class... Arguments>
Result stream_function(const char* name, FILE* stream, Result failed, AtOnce at_once,
                       Arguments... given) {
    const auto call = [=] { return real_of<function>(name)(given...); };
    return on_fiber(name) ? stream_call<Result>(stream, failed, at_once, call) : call();
}

/// Whether a line, or `room` bytes, are there without a system call.
[[nodiscard]] inline bool holds_line(const FILE* stream, std::size_t room,
                                     int end = '\n') noexcept {
    const std::string_view there = buffered(stream);
    return there.size() >= room || there.find(static_cast<char>(end)) != there.npos;
}

}  // namespace weft::interpose
