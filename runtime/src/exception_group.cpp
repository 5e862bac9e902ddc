// SPDX-License-Identifier: BSL-1.0
#include <weft/exception_group.hpp>

#include <weft/error.hpp>

#include <algorithm>
#include <string>

namespace weft {

namespace {

std::string group_message(const std::vector<std::exception_ptr>& errors) {
    if (errors.empty()) {
        throw std::invalid_argument("exception_group: no errors");
    }
    if (std::find(errors.begin(), errors.end(), nullptr) != errors.end()) {
        throw std::invalid_argument("exception_group: an error is null");
    }
    return std::to_string(errors.size()) + (errors.size() == 1 ? " failure: " : " failures: ") +
           describe(errors.front()) + (errors.size() > 1 ? ", ..." : "");
}

std::optional<exception_group> nested_in(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const exception_group& nested) {
        return nested;
    } catch (...) {
        return std::nullopt;
    }
}

std::optional<exception_group> group_of(std::vector<std::exception_ptr> errors) {
    return errors.empty() ? std::nullopt : std::optional<exception_group>(std::move(errors));
}

}  // namespace

exception_group::exception_group(std::vector<std::exception_ptr> errors)
    : std::runtime_error(group_message(errors)), errors_(std::move(errors)) {}

void exception_group::visit(const std::function<void(const std::exception_ptr&)>& visitor) const {
    for (const auto& error : errors_) {
        if (const auto nested = nested_in(error)) {
            nested->visit(visitor);
        } else {
            visitor(error);
        }
    }
}

exception_group::parts exception_group::split(const predicate& matches) const {
    std::vector<std::exception_ptr> matching;
    std::vector<std::exception_ptr> rest;
    const auto add_group = [](std::vector<std::exception_ptr>& to, const auto& part) {
        if (part) {
            to.push_back(std::make_exception_ptr(*part));
        }
    };
    for (const auto& error : errors_) {
        if (const auto nested = nested_in(error)) {
            const parts divided = nested->split(matches);
            add_group(matching, divided.matching);
            add_group(rest, divided.rest);
        } else {
            (matches(error) ? matching : rest).push_back(error);
        }
    }
    return {group_of(std::move(matching)), group_of(std::move(rest))};
}

}  // namespace weft
