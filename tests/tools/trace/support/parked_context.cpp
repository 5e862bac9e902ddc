// SPDX-License-Identifier: BSL-1.0

#include "support/parked_context.hpp"

#include <cstdint>

namespace weft::test {

namespace fcontext = boost::context::detail;

// Not in an anonymous namespace, not inline and not as a tail call: the tests look for them.
[[gnu::noinline]] int innermost_call(fcontext::transfer_t* from);
[[gnu::noinline]] int middle_call(fcontext::transfer_t* from);
[[gnu::noinline]] int outer_call(fcontext::transfer_t* from);

int innermost_call(fcontext::transfer_t* from) {
    auto& self = *static_cast<parked_context*>(from->data);
    self.frame_ = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    *from = fcontext::jump_fcontext(from->fctx, nullptr);
    return from->data == nullptr ? 0 : 1;
}

int middle_call(fcontext::transfer_t* from) {
    return innermost_call(from) + 1;
}

int outer_call(fcontext::transfer_t* from) {
    return middle_call(from) + 1;
}

namespace {

constexpr std::uint32_t offset_of_context = 8;  // any will do

void enter(fcontext::transfer_t from) {
    const int result = outer_call(&from);
    from.fctx = fcontext::jump_fcontext(from.fctx, reinterpret_cast<void*>(result)).fctx;
}

}  // namespace

parked_context::parked_context(fake_memory& memory)
    : stack_(stack_size), row_(memory.add_fiber("parked", mutex_reason)) {
    memory.header().fiber_context = offset_of_context;
    memory.header().registers = {0x38, 0x40, 0x48, 0x10};  // Boost.Context 1.81
    row_.control_block = reinterpret_cast<std::uintptr_t>(&context) - offset_of_context;
    row_.stack_low = reinterpret_cast<std::uintptr_t>(stack_.data());
    row_.stack_size = stack_size;
    const auto made = fcontext::make_fcontext(stack_.data() + stack_size, stack_size, enter);
    context = fcontext::jump_fcontext(made, this).fctx;
}

parked_context::~parked_context() {
    fcontext::jump_fcontext(context, nullptr);
}

}  // namespace weft::test
