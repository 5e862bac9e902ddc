// SPDX-License-Identifier: BSL-1.0

// pthread_key_*, pthread_getspecific, tss_*. Keys of OpenSSL, which keeps its queue of errors by
// one, have a value for each fiber; where threads are fibers all keys do.

#include <weft/fiber_local.hpp>
#include <weft/this_fiber.hpp>

#include "c11_result.hpp"
#include "fiber_call.hpp"
#include "fiber_thread.hpp"
#include "fiber_values.hpp"
#include "real_threads.hpp"

#include <dlfcn.h>
#include <limits.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <memory>

namespace weft::interpose {

namespace {

struct key_facts {
    std::atomic<unsigned> generation{0};  // odd: a key, with a value for each fiber
    std::atomic<void (*)(void*)> destructor{nullptr};
};

constinit std::array<key_facts, PTHREAD_KEYS_MAX> keys;

unsigned generation_of(pthread_key_t key) noexcept {
    return key < keys.size() ? keys[key].generation.load(std::memory_order_acquire) : 0;
}

bool is_per_fiber(pthread_key_t key) noexcept {
    return generation_of(key) % 2 == 1;
}

using values_pointer = std::shared_ptr<fiber_values>;

/// Never destroyed: fibers end after static objects, too.
fiber_local<values_pointer>& local_values() {
    static auto& made = *new fiber_local<values_pointer>;
    return made;
}

// While destructors run after the fiber's variables are gone; what they ask for is still there.
constinit thread_local fiber_values* ending_values = nullptr;
constinit thread_local std::uint64_t ending_fiber = 0;

// The values of the fiber that forked, in the child, where there are no fibers.
constinit thread_local fiber_values* forking_values = nullptr;
constinit thread_local fiber_values* survivors_values = nullptr;

[[gnu::constructor]] void keep_values_over_fork() {
    ::pthread_atfork([] { forking_values = values_of_this_fiber(); }, nullptr,
                     [] { survivors_values = forking_values; });
}

/// \throws std::bad_alloc
fiber_values& make_values_of_this_fiber() {
    if (fiber_values* const made = values_of_this_fiber(); made != nullptr) {
        return *made;
    }
    auto made = std::make_shared<fiber_values>();
    fiber_values& result = *made;
    local_values().set(std::move(made));
    return result;
}

bool values_are_ending() noexcept {
    return ending_values != nullptr && ending_fiber == this_fiber::id();
}

/// Not the main thread of a program whose threads are fibers: it is that thread for libc, too.
bool has_values_of_its_own() noexcept {
    return (is_fiber() && !on_main_thread_of_program()) || values_are_ending() ||
           survivors_values != nullptr;
}

/// Whether the code at an address belongs to OpenSSL.
bool is_openssl(const void* code) noexcept {
    Dl_info found{};
    return ::dladdr(code, &found) != 0 && found.dli_fname != nullptr &&
           std::strstr(found.dli_fname, "/libcrypto.so") != nullptr;
}

int create_key(pthread_key_t* key, void (*destructor)(void*), const void* caller) noexcept {
    const int error = real_threads.key_create(key, destructor);
    if (error == 0 && *key < keys.size() && (threads_are_fibers() || is_openssl(caller))) {
        keys[*key].destructor.store(destructor, std::memory_order_relaxed);
        keys[*key].generation.fetch_add(1, std::memory_order_release);
    }
    return error;
}

}  // namespace

fiber_values::fiber_values() noexcept : owner_(this_fiber::id()) {}

fiber_values::~fiber_values() {
    fiber_values* const before = std::exchange(ending_values, this);
    const std::uint64_t fiber_before = std::exchange(ending_fiber, this_fiber::id());
    run_destructors();
    ending_values = before;
    ending_fiber = fiber_before;
}

void* fiber_values::get(pthread_key_t key) const noexcept {
    const auto found = std::find_if(slots_.begin(), slots_.end(),
                                    [&](const slot& each) { return each.key == key; });
    return found != slots_.end() && found->generation == generation_of(key) ? found->value
                                                                            : nullptr;
}

void fiber_values::set(pthread_key_t key, const void* value) {
    const slot wanted{key, generation_of(key), const_cast<void*>(value)};
    for (slot& each : slots_) {
        if (each.key == key) {
            each = wanted;
            return;
        }
    }
    slots_.push_back(wanted);
}

bool fiber_values::run_round() noexcept {
    bool any = false;
    for (std::size_t i = 0; i < slots_.size(); ++i) {  // a destructor may add some
        const slot at = slots_[i];
        if (at.value == nullptr || at.generation != generation_of(at.key)) {
            continue;
        }
        // A value without a destructor stays: that of another key may look for it.
        if (const auto destructor = keys[at.key].destructor.load(std::memory_order_relaxed)) {
            any = true;
            slots_[i].value = nullptr;
            destructor(at.value);
        }
    }
    return any;
}

void fiber_values::run_destructors() noexcept {
    for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS && run_round(); ++round) {
    }
}

fiber_values* values_of_this_fiber() noexcept {
    if (values_are_ending()) {
        return ending_values;
    }
    if (!is_fiber()) {
        return survivors_values;
    }
    fiber_values* const found = local_values()->get();
    return found != nullptr && found->owner() == this_fiber::id() ? found : nullptr;
}

void end_values_of_this_fiber() noexcept {
    if (fiber_values* const values = values_of_this_fiber(); values != nullptr) {
        values->run_destructors();
    }
}

}  // namespace weft::interpose

using namespace weft::interpose;

extern "C" {

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
    return create_key(key, destructor, __builtin_return_address(0));
}

int pthread_key_delete(pthread_key_t key) noexcept {
    const int error = real_threads.key_delete(key);
    if (error == 0 && is_per_fiber(key)) {
        keys[key].generation.fetch_add(1, std::memory_order_release);
    }
    return error;
}

void* pthread_getspecific(pthread_key_t key) noexcept {
    if (!is_per_fiber(key) || !has_values_of_its_own()) {
        return real_threads.get_specific(key);
    }
    const fiber_values* const values = values_of_this_fiber();
    return values != nullptr ? values->get(key) : nullptr;
}

int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
    if (!is_per_fiber(key) || !has_values_of_its_own()) {
        return real_threads.set_specific(key, value);
    }
    try {
        make_values_of_this_fiber().set(key, value);
        return 0;
    } catch (const std::bad_alloc&) {
        return ENOMEM;
    }
}

int tss_create(tss_t* key, tss_dtor_t destructor) {
    return c11_result(create_key(key, destructor, __builtin_return_address(0)));
}

void tss_delete(tss_t key) {
    ::pthread_key_delete(key);
}

void* tss_get(tss_t key) {
    return ::pthread_getspecific(key);
}

int tss_set(tss_t key, void* value) {
    return c11_result(::pthread_setspecific(key, value));
}

}  // extern "C"
