// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "fiber.hpp"
#include "scheduler.hpp"

#include <boost/context/stack_context.hpp>
#include <boost/fiber/properties.hpp>

#include <cstddef>
#include <new>
#include <typeinfo>

namespace weft::detail {

/// Tells for a context of Boost.Fiber which fiber of weft it runs. Stands on the stack of the fiber
/// that it belongs to, so that starting a fiber allocates nothing.
class own_link final : public boost::fibers::fiber_properties {
public:
    explicit own_link(fiber& linked) noexcept : fiber_properties(nullptr), linked_(linked) {}

    // Boost.Fiber deletes the properties of a context together with it.
    static void* operator new(std::size_t, void* place) noexcept { return place; }
    static void operator delete(void*) noexcept {}
    static void operator delete(void*, void*) noexcept {}

    [[nodiscard]] boost::fibers::context* context() const noexcept { return ctx_; }

    /// The fiber of weft behind properties; null if they are somebody else's.
    static fiber* behind(fiber_properties* properties) noexcept {
        return properties != nullptr && typeid(*properties) == typeid(own_link)
                   ? &static_cast<own_link*>(properties)->linked_
                   : nullptr;
    }

private:
    fiber& linked_;
};

/// For Boost.Fiber, an allocator of the one stack that a fiber of weft has.
class own_stack {
public:
    explicit own_stack(fiber& owner) noexcept : owner_(&owner) {
        std::byte* const place = owner.storage - sizeof(own_link);
        link_ = new (place - reinterpret_cast<std::uintptr_t>(place) % alignof(own_link))
            own_link(owner);
    }

    [[nodiscard]] own_link* link() const noexcept { return link_; }

    [[nodiscard]] boost::context::stack_context allocate() const noexcept {
        boost::context::stack_context made;
        made.sp = link_;
        made.size =
            static_cast<std::size_t>(reinterpret_cast<std::byte*>(link_) - owner_->memory.low);
        return made;
    }

    /// Nothing uses the stack any more.
    void deallocate(boost::context::stack_context&) const noexcept { owner_->home->left(*owner_); }

private:
    fiber* owner_;
    own_link* link_;
};

}  // namespace weft::detail
