// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "stacks/call_stack.hpp"
#include "stacks/stack_copy.hpp"

struct Dwfl;

namespace weft::trace_tool {

/// A function in a stack; those that the compiler has put inline are functions of their own.
struct stack_frame {
    std::uint64_t address;
    std::string function;  ///< demangled; empty if it is not known
    std::string file;      ///< empty if it is not known
    int line = 0;
    bool inlined = false;
};

/// What the files of a process, its program and libraries, say about its code: how to unwind
/// stacks, and which function stands where. Uses libdwfl; nothing is run in the process.
class debug_files {
public:
    /// \throws std::runtime_error  if the mappings of the process cannot be read.
    explicit debug_files(pid_t process);

    /// Of a core.
    /// \param exe  the program that left it.
    /// \throws std::runtime_error  if they cannot be read.
    debug_files(const std::string& core, const std::string& exe);

    debug_files(const debug_files&) = delete;
    debug_files& operator=(const debug_files&) = delete;
    ~debug_files();

    /// Follows a stack by the unwind tables of the code, then by frame pointers where there are
    /// none. Complete is one that ends in the function in which every fiber begins.
    [[nodiscard]] call_stack unwind(const start_registers& from, const stack_copy& stack);

    /// The functions at an address, innermost inlined one first; at least one.
    [[nodiscard]] std::vector<stack_frame> functions_at(const call_address& at);

    /// Cuts off what follows an address that is in no file: it was no return address.
    void cut_at_unknown_code(call_stack& stack) const;

    /// Whether the address is in the program or one of its libraries.
    [[nodiscard]] bool is_code(std::uint64_t address) const;

    /// Whether the address is in the function in which every fiber begins.
    [[nodiscard]] bool is_outermost(std::uint64_t address);

private:
    struct state;

    std::unique_ptr<state> state_;
};

}  // namespace weft::trace_tool
