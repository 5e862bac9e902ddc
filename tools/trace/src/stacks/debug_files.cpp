// SPDX-License-Identifier: BSL-1.0

#include "stacks/debug_files.hpp"

#include <elfutils/libdwfl.h>
#include <fcntl.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "recording/unique_descriptor.hpp"
#include "stacks/demangle.hpp"
#include "stacks/frame_walk.hpp"
#include "stacks/functions_at.hpp"

namespace weft::trace_tool {
namespace {

// Numbers of registers. Source: System V ABI, AMD64 supplement, figure 3.36.
constexpr int rbx = 3;
constexpr int rbp = 6;
constexpr int rsp = 7;
constexpr int r12 = 12;

std::string dwfl_problem() {
    const char* text = ::dwfl_errmsg(-1);
    return text != nullptr ? text : "unknown problem of libdw";
}

const Dwfl_Callbacks find_files{
    .find_elf = ::dwfl_linux_proc_find_elf,
    .find_debuginfo = ::dwfl_standard_find_debuginfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

struct close_dwfl {
    void operator()(Dwfl* open) const noexcept { ::dwfl_end(open); }
};

/// What is being unwound.
struct walk {
    const start_registers* from = nullptr;
    const stack_copy* stack = nullptr;
};

pid_t next_thread(Dwfl* /*dwfl*/, void* argument, void** thread_argument) {
    if (*thread_argument != nullptr) {
        return 0;
    }
    *thread_argument = argument;
    return 1;
}

bool read_memory(Dwfl* /*dwfl*/, Dwarf_Addr address, Dwarf_Word* result, void* argument) {
    const auto word = static_cast<const walk*>(argument)->stack->word(address);
    *result = word.value_or(0);
    return word.has_value();
}

void set(Dwfl_Thread* thread, int number, std::uint64_t value) {
    const Dwarf_Word word = value;
    ::dwfl_thread_state_registers(thread, number, 1, &word);
}

bool set_registers(Dwfl_Thread* thread, void* argument) {
    const start_registers& from = *static_cast<const walk*>(argument)->from;
    set(thread, rsp, from.stack_pointer);
    if (from.frame_pointer) {
        set(thread, rbp, *from.frame_pointer);
    }
    if (from.rbx) {
        set(thread, rbx, *from.rbx);
    }
    for (std::size_t i = 0; i < from.r12_to_r15.size(); ++i) {
        set(thread, r12 + static_cast<int>(i), from.r12_to_r15[i]);
    }
    ::dwfl_thread_state_register_pc(thread, from.instruction);
    return true;
}

const Dwfl_Thread_Callbacks unwinding{
    .next_thread = next_thread,
    .get_thread = nullptr,
    .memory_read = read_memory,
    .set_initial_registers = set_registers,
    .detach = nullptr,
    .thread_detach = nullptr,
};

/// What the frames of one walk are added to.
struct frame_sink {
    call_stack* stack;
    debug_files* files;
    std::optional<std::uint64_t> frame_pointer;  // of the last frame
};

int add_frame(Dwfl_Frame* frame, void* argument) {
    auto& sink = *static_cast<frame_sink*>(argument);
    Dwarf_Addr address = 0;
    bool exact = false;
    if (!::dwfl_frame_pc(frame, &address, &exact) || !sink.files->is_code(address) ||
        sink.stack->frames.size() >= deepest_walk) {
        return DWARF_CB_ABORT;
    }
    sink.stack->frames.push_back({address, exact});
    Dwarf_Word value = 0;
    sink.frame_pointer.reset();
    if (::dwfl_frame_reg(frame, rbp, &value) == 0) {
        sink.frame_pointer = value;
    }
    sink.stack->complete = sink.files->is_outermost(address);
    return sink.stack->complete ? DWARF_CB_ABORT : DWARF_CB_OK;
}

}  // namespace

/// Where the files of a core are: by the build ids that it has of them.
const Dwfl_Callbacks find_files_of_core{
    .find_elf = ::dwfl_build_id_find_elf,
    .find_debuginfo = ::dwfl_standard_find_debuginfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

struct close_elf {
    void operator()(Elf* open) const noexcept { ::elf_end(open); }
};

struct debug_files::state {
    unique_descriptor core_file;
    std::unique_ptr<Elf, close_elf> core;
    std::unique_ptr<Dwfl, close_dwfl> dwfl;
    walk now;
    std::unordered_map<std::uint64_t, std::vector<stack_frame>> known;  // by address to look up
};

debug_files::debug_files(pid_t process) : state_(std::make_unique<state>()) {
    state_->dwfl.reset(::dwfl_begin(&find_files));
    Dwfl* const dwfl = state_->dwfl.get();
    if (dwfl == nullptr || ::dwfl_linux_proc_report(dwfl, process) != 0 ||
        ::dwfl_report_end(dwfl, nullptr, nullptr) != 0 ||
        !::dwfl_attach_state(dwfl, nullptr, process, &unwinding, &state_->now)) {
        throw std::runtime_error("the files of the process cannot be read: " + dwfl_problem());
    }
}

debug_files::debug_files(const std::string& core, const std::string& exe)
    : state_(std::make_unique<state>()) {
    ::elf_version(EV_CURRENT);
    state_->core_file = unique_descriptor(::open(core.c_str(), O_RDONLY | O_CLOEXEC));
    state_->core.reset(::elf_begin(state_->core_file.get(), ELF_C_READ_MMAP, nullptr));
    state_->dwfl.reset(::dwfl_begin(&find_files_of_core));
    Dwfl* const dwfl = state_->dwfl.get();
    constexpr pid_t any = 1;  // it is only asked for with the callbacks
    if (dwfl == nullptr || ::dwfl_core_file_report(dwfl, state_->core.get(), exe.c_str()) < 0 ||
        ::dwfl_report_end(dwfl, nullptr, nullptr) != 0 ||
        !::dwfl_attach_state(dwfl, state_->core.get(), any, &unwinding, &state_->now)) {
        throw std::runtime_error("the files of the core cannot be read: " + dwfl_problem());
    }
}

debug_files::~debug_files() = default;

call_stack debug_files::unwind(const start_registers& from, const stack_copy& stack) {
    call_stack result;
    result.how = "unwind tables";
    state_->now = {&from, &stack};
    frame_sink sink{&result, this, std::nullopt};
    ::dwfl_getthread_frames(state_->dwfl.get(), 1, add_frame, &sink);
    if (result.complete) {
        return result;
    }
    result.problem = dwfl_problem();
    const std::size_t by_tables = result.frames.size();
    if (sink.frame_pointer) {
        walk_frame_pointers(result, *sink.frame_pointer, stack);
        cut_at_unknown_code(result);
    }
    if (result.frames.size() > by_tables) {
        result.how += ", then frame pointers";
        result.complete = is_outermost(result.frames.back().address);
    }
    return result;
}

void debug_files::cut_at_unknown_code(call_stack& stack) const {
    const auto unknown =
        std::find_if(stack.frames.begin(), stack.frames.end(),
                     [this](const call_address& each) { return !is_code(each.address); });
    stack.frames.erase(unknown, stack.frames.end());
}

bool debug_files::is_code(std::uint64_t address) const {
    return ::dwfl_addrmodule(state_->dwfl.get(), address) != nullptr;
}

bool debug_files::is_outermost(std::uint64_t address) {
    const auto name = functions_at({address, false}).back().function;
    return name == "make_fcontext";
}

std::vector<stack_frame> debug_files::functions_at(const call_address& at) {
    const std::uint64_t inside = at.exact ? at.address : at.address - 1;
    const auto [found, added] = state_->known.try_emplace(inside);
    if (added) {
        found->second = look_up(*state_->dwfl, at.address, inside);
    }
    return found->second;
}

}  // namespace weft::trace_tool
