// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <weft/error.hpp>
#include <weft/semaphore.hpp>
#include <weft/task_group.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace weft {

namespace detail {

/// How an element waits for its call: by reference, or as a copy where the range may not keep it.
template <class Range>
using kept_element =
    std::conditional_t<std::ranges::forward_range<Range> &&
                           std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>>,
                       std::ranges::range_reference_t<Range>, std::ranges::range_value_t<Range>>;

/// The results of map_concurrently(); a place for each call is made before the call.
template <class Result>
class ordered_results {
public:
    std::optional<Result>* add() { return &places_.emplace_back(); }

    std::vector<Result> take() {
        std::vector<Result> taken;
        taken.reserve(places_.size());
        for (auto& each : places_) {
            taken.push_back(std::move(*each));
        }
        return taken;
    }

private:
    std::deque<std::optional<Result>> places_;  // they stay where they are while more come
};

/// For functions without a result, of which there may be any number.
template <>
class ordered_results<void> {
public:
    std::nullptr_t add() { return nullptr; }
    void take() {}
};

template <class Result, class Function, class Element>
void call_and_keep(std::optional<Result>* place, Function& function, Element&& element) {
    place->emplace(std::invoke(function, std::forward<Element>(element)));
}

template <class Function, class Element>
void call_and_keep(std::nullptr_t, Function& function, Element&& element) {
    std::invoke(function, std::forward<Element>(element));
}

}  // namespace detail

/// Calls `function` with every element of `range`, at most `limit` at the same time, and returns
/// the results in the order of the range as a std::vector; nothing if they are void.
///
/// An element is taken from the range when there is room for its call, so an endless or slow range
/// is read no faster than it is worked off. The function gets references to the elements of a
/// range that can be passed again, and else the elements themselves.
/// Cancellation: reaches every call; then throws cancelled.
/// \param limit  1 or more.
/// \throws exception_group  when a call or the range fails: the others are cancelled and waited
///         for; cancelled  if a call ended with that of somebody else, after the last call;
///         std::invalid_argument  if `limit` is 0.
template <std::ranges::input_range Range, class Function>
auto map_concurrently(Range&& range, std::size_t limit, Function&& function) {
    using element = detail::kept_element<Range>;
    using result = std::remove_cvref_t<std::invoke_result_t<Function&, element>>;
    if (limit == 0) {
        throw std::invalid_argument("map_concurrently: a limit of 0");
    }
    detail::ordered_results<result> results;
    std::exception_ptr without_result;
    counting_semaphore places(
        static_cast<std::ptrdiff_t>(std::min<std::size_t>(limit, PTRDIFF_MAX)));
    const auto call = [&](auto place, std::tuple<element>& kept) {
        try {
            detail::call_and_keep(place, function, std::get<0>(std::move(kept)));
        } catch (const cancelled&) {  // no failure to the group
            without_result = std::current_exception();
        }
        places.release();  // not after a failure: nobody may follow
    };
    with_task_group([&](task_group& group) {
        places.acquire();
        auto at = std::ranges::begin(range);
        while (at != std::ranges::end(range)) {
            group.spawn([&call, place = results.add(), kept = std::tuple<element>(*at)]() mutable {
                call(place, kept);
            });
            places.acquire();
            ++at;
        }
    });
    if (without_result != nullptr) {
        std::rethrow_exception(without_result);
    }
    return results.take();
}

}  // namespace weft
