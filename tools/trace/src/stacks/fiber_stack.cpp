// SPDX-License-Identifier: BSL-1.0

#include "stacks/fiber_stack.hpp"

#include <cstring>
#include <stdexcept>

#include "stacks/asked_stacks.hpp"
#include "stacks/frame_walk.hpp"
#include "stacks/thread_position.hpp"

namespace weft::trace_tool {
namespace {

constexpr std::uint64_t word_size = 8;

call_stack none(std::string problem) {
    call_stack result;
    result.problem = std::move(problem);
    return result;
}

std::uint64_t stack_end(const trace::fiber_row& row) noexcept {
    return row.stack_low + row.stack_size;
}

bool on_stack(std::uint64_t address, const trace::fiber_row& row) noexcept {
    return address >= row.stack_low && address < stack_end(row);
}

}  // namespace

stack_reader::stack_reader(const source& from) : from_(from), memory_(memory_of(from)) {
    try {
        if (from.core != nullptr) {
            files_ = std::make_unique<debug_files>(from.core->path(), from.exe);
        } else if (from.process != 0) {
            files_ = std::make_unique<debug_files>(from.process);
        }
    } catch (const std::runtime_error& error) {
        files_problem_ = error.what();
    }
}

void stack_reader::find_rows(const mapped_memory& runtime) {
    const std::size_t used = std::min(runtime.loop().rows_used, runtime.header().rows.count);
    for (std::size_t i = 0; i < used; ++i) {
        const auto row = runtime.fiber(i);
        if (row && row->state != trace::row_state::unused) {
            rows_[row->id] = i;
        }
    }
}

std::optional<stack_reader::moment> stack_reader::observe(const mapped_memory& runtime,
                                                          std::uint64_t fiber) {
    if (!rows_.contains(fiber)) {
        find_rows(runtime);
    }
    const trace::loop loop = runtime.loop();
    const auto row = rows_.contains(fiber) ? runtime.fiber(rows_[fiber]) : std::nullopt;
    if (!row || row->id != fiber || row->state == trace::row_state::unused) {
        return std::nullopt;
    }
    return moment{*row, loop};
}

bool stack_reader::unchanged(const mapped_memory& runtime, const moment& then) {
    const auto now = observe(runtime, then.row.id);
    const bool is_host = then.loop.running == 0 && then.loop.host == then.row.id;
    const bool may_run_unseen = then.row.state == trace::row_state::ready;
    return now && now->row.version == then.row.version && now->row.state == then.row.state &&
           now->loop.running == then.loop.running && now->loop.host == then.loop.host &&
           (!is_host || now->loop.turns == then.loop.turns) &&
           (!may_run_unseen || now->loop.switches == then.loop.switches);
}

call_stack stack_reader::stack_of(const mapped_memory& runtime, std::uint64_t fiber) {
    constexpr int attempts = 10;
    if (from_.process == 0 && from_.core == nullptr) {
        return none("the process is gone, and its stacks with it");
    }
    if (files_ == nullptr) {
        return none(files_problem_);
    }
    for (int i = 0; i < attempts; ++i) {
        const auto at = observe(runtime, fiber);
        if (!at) {
            return none("it has ended");
        }
        call_stack result = read(runtime, *at);
        if (unchanged(runtime, *at)) {
            return result;
        }
    }
    return none("it ran whenever its stack was read");
}

call_stack stack_reader::read(const mapped_memory& runtime, const moment& at) {
    stack_copy copy(memory_);
    switch (at.row.state) {
        case trace::row_state::created: return none("it has not begun");
        case trace::row_state::finished: return none("it has ended; its handle is still there");
        default: break;
    }
    if (at.loop.running == at.row.id && at.row.state == trace::row_state::ready) {
        return from_.core != nullptr ? at_death(runtime, at, copy) : running(runtime, at, copy);
    }
    if (memory_.denied() != 0) {
        return told(runtime, at);
    }
    if (at.loop.running == 0 && at.loop.host == at.row.id) {
        return under_loop(at, copy);
    }
    return suspended(runtime, at, copy);
}

std::optional<start_registers> stack_reader::saved_registers(const mapped_memory& runtime,
                                                             const moment& at) const {
    const auto& where = runtime.header().registers;
    const auto inside = runtime.header().context_inside;
    auto context = memory_.word(at.row.control_block + runtime.header().fiber_context);
    if (context && inside != 0) {
        context = memory_.word(*context + inside);
    }
    if (!context) {
        return std::nullopt;
    }
    const auto instruction = memory_.word(*context + where.instruction);
    const auto frame = memory_.word(*context + where.frame_pointer);
    const auto rbx = memory_.word(*context + where.callee_saved + 4 * word_size);
    start_registers found{instruction.value_or(0), *context + where.stack_after, frame, rbx, {}};
    for (std::uint64_t i = 0; i < 4; ++i) {
        const auto value = memory_.word(*context + where.callee_saved + i * word_size);
        found.r12_to_r15.push_back(value.value_or(0));
    }
    return instruction ? std::optional(found) : std::nullopt;
}

call_stack stack_reader::suspended(const mapped_memory& runtime, const moment& at,
                                   stack_copy& copy) {
    if (runtime.header().registers.instruction == 0) {
        return none("another library switches its stacks, and where it saves registers is unknown");
    }
    const auto registers = saved_registers(runtime, at);
    if (!registers || (at.row.stack_size != 0 && !on_stack(registers->stack_pointer, at.row))) {
        return none("its saved registers cannot be read");
    }
    constexpr std::uint64_t of_a_thread = 64 * 1024;  // whose stack the memory does not describe
    const std::uint64_t high =
        at.row.stack_size != 0 ? stack_end(at.row) : registers->stack_pointer + of_a_thread;
    copy.take(registers->stack_pointer, high);
    return files_->unwind(*registers, copy);
}

/// The loop waits on the stack of this fiber, so its registers are not saved; but the loop says
/// where its frame is, and all functions of weft keep frame pointers.
call_stack stack_reader::under_loop(const moment& at, stack_copy& copy) {
    call_stack result;
    result.how = "frame pointers";
    if (!on_stack(at.loop.host_frame, at.row) ||
        !copy.take(at.loop.host_frame, stack_end(at.row))) {
        return none("the loop stands on its stack and does not say where");
    }
    walk_frame_pointers(result, at.loop.host_frame, copy);
    files_->cut_at_unknown_code(result);
    result.complete = !result.frames.empty() && files_->is_outermost(result.frames.back().address);
    result.problem = result.complete ? "" : "a function keeps no frame pointer";
    return result;
}

call_stack stack_reader::running(const mapped_memory& runtime, const moment& at, stack_copy& copy) {
    std::string problem;
    const auto thread = static_cast<pid_t>(runtime.header().thread);
    const auto position = position_of(from_.process, thread, problem);
    if (!position) {
        return interrupted(runtime, at, copy);
    }
    if (!on_stack(position->stack_pointer, at.row)) {
        return none("its thread waits on another stack");
    }
    copy.take(position->stack_pointer, stack_end(at.row));
    if (position_of(from_.process, thread, problem) != position) {
        return none("its thread went on while its stack was read");
    }
    call_stack result =
        files_->unwind({position->instruction, position->stack_pointer, {}, {}, {}}, copy);
    result.how = "the kernel's word on where the thread waits, " + result.how;
    if (!result.complete) {
        result.problem = "of a running thread the kernel tells only two registers";
    }
    return result;
}

/// The core has the registers of every thread.
call_stack stack_reader::at_death(const mapped_memory& runtime, const moment& at,
                                  stack_copy& copy) {
    const auto all = from_.core->registers_of(runtime.header().thread);
    if (!all) {
        return none("the core has no registers of its thread");
    }
    // Their places in user_regs_struct, sys/user.h.
    const auto& r = *all;
    const start_registers from{r[16], r[19], r[4], r[5], {r[3], r[2], r[1], r[0]}};
    if (!on_stack(from.stack_pointer, at.row)) {
        return none("its thread died on another stack");
    }
    copy.take(from.stack_pointer, stack_end(at.row));
    call_stack result = files_->unwind(from, copy);
    result.how = "the registers in the core, " + result.how;
    return result;
}

/// Of a thread on the processor only itself can take the registers: in the handler of a signal.
call_stack stack_reader::interrupted(const mapped_memory& runtime, const moment& at,
                                     stack_copy& copy) {
    const auto taken = ask_for_snapshot(runtime, from_.process);
    if (!taken) {
        return none("it is on the processor, and its thread did not answer a signal");
    }
    if (taken->fiber != at.row.id || taken->size == 0) {
        return none("its thread ran something else when it was asked");
    }
    copy.use(registers_of(*taken).stack_pointer, std::span(taken->stack).first(taken->size));
    call_stack result = files_->unwind(registers_of(*taken), copy);
    result.how = "a snapshot by the thread itself, asked by a signal; " + result.how;
    return result;
}

call_stack stack_reader::stack_of(const trace::stack_snapshot& taken) {
    if (taken.size == 0) {
        return none("the thread did not answer while it lasted");
    }
    if (files_ == nullptr) {
        return none(from_.process == 0 ? "the process is gone" : files_problem_);
    }
    stack_copy copy(memory_);
    copy.use(registers_of(taken).stack_pointer, std::span(taken.stack).first(taken.size));
    return files_->unwind(registers_of(taken), copy);
}

/// What the program itself notes of its fibers that wait, where its memory cannot be read.
call_stack stack_reader::told(const mapped_memory& runtime, const moment& at) {
    if (!told_) {
        told_ = ask_for_stacks(runtime);
    }
    const auto row = *told_ ? observe(runtime, at.row.id) : std::nullopt;
    if (!row || row->row.wait_stack == 0) {
        return none(std::string("its memory cannot be read: ") + std::strerror(memory_.denied()) +
                    "; and the program did not answer when it was asked; see `weft-trace doctor`");
    }
    call_stack result;
    const auto noted = runtime.stack_of(row->row.wait_stack);
    for (const std::uint64_t address : noted.frames) {
        result.frames.push_back({address, result.frames.empty()});
    }
    result.how = "noted by the program itself, by frame pointers";
    result.complete = !result.frames.empty() && files_->is_outermost(result.frames.back().address);
    result.problem = result.complete ? "" : "a function keeps no frame pointer";
    return result;
}

}  // namespace weft::trace_tool
