// SPDX-License-Identifier: BSL-1.0
#include "adopted_fibers.hpp"

#include "id_source.hpp"
#include "scheduler.hpp"

#include <cstddef>
#include <utility>

namespace weft::detail {

namespace bf = boost::fibers;

/// What the storage of a context holds; `owner` is null once the runtime has gone.
struct adopted_fibers::record {
    adopted_fibers* owner = nullptr;
    std::unique_ptr<fiber> adopted;
    record* next = nullptr;
    record* previous = nullptr;
};

/// Called by a context that ends, on its own stack and as the last thing that it does.
struct adopted_fibers::release final : bf::detail::fss_cleanup_function {
    void operator()(void* data) override {
        const std::unique_ptr<record> gone(static_cast<record*>(data));
        if (gone->owner == nullptr) {
            return;
        }
        (gone->previous != nullptr ? gone->previous->next : gone->owner->first_) = gone->next;
        if (gone->next != nullptr) {
            gone->next->previous = gone->previous;
        }
        gone->owner->ended(std::move(gone->adopted));
    }
};

namespace {

/// Its address is the key in the storage of contexts.
constexpr char storage_key = 0;

}  // namespace

stack stack_below(bf::context& context) noexcept {
    // How large it is, only its allocator knows; what is asked of it is where it ends.
    constexpr std::size_t assumed = 64 * 1024;
    return {.low = reinterpret_cast<std::byte*>(&context) - assumed, .size = assumed};
}

adopted_fibers::~adopted_fibers() {
    while (first_ != nullptr) {
        record& orphan = *std::exchange(first_, first_->next);
        orphan.adopted->root_scope.detach();
        home_.trace().gone(*orphan.adopted);
        home_.alive().remove(*orphan.adopted);
        orphan.adopted.reset();
        orphan.owner = nullptr;
        orphan.next = orphan.previous = nullptr;
    }
}

fiber& adopted_fibers::of(bf::context& context) {
    if (void* known = context.get_fss_data(&storage_key)) {
        auto& found = *static_cast<record*>(known);
        if (found.owner != nullptr) {
            return *found.adopted;
        }
    }
    auto made = std::make_unique<record>();
    made->owner = this;
    made->adopted =
        std::make_unique<fiber>(home_, next_id(), stack_below(context), std::source_location{});
    fiber& adopted = *made->adopted;
    adopted.context = &context;
    adopted.root_scope.attach(nullptr, &adopted);
    adopted.scope = &adopted.root_scope;
    made->next = first_;
    context.set_fss_data(&storage_key, bf::detail::fss_cleanup_function::ptr_t(new release),
                         made.get(), true);
    if (first_ != nullptr) {
        first_->previous = made.get();
    }
    first_ = made.release();
    home_.alive().add(adopted);
    adopted.kind = trace::fiber_kind::adopted;
    home_.trace().born(adopted);
    return adopted;
}

bool adopted_fibers::inside_weft() const noexcept {
    for (const record* each = first_; each != nullptr; each = each->next) {
        const fiber& one = *each->adopted;
        if (one.reason != wait_reason::none && one.reason != wait_reason::boost_fiber) {
            return true;
        }
    }
    return false;
}

void adopted_fibers::ended(std::unique_ptr<fiber> gone) noexcept {
    gone->root_scope.detach();
    gone->move_to(fiber_state::finished);
    home_.trace().ended(*gone);
    home_.trace().gone(*gone);
    home_.alive().remove(*gone);
    last_ended_ = std::move(gone);
}

}  // namespace weft::detail
