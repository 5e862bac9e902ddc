// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// GoogleMock matchers for what weft throws: EXPECT_THAT([&] { call(); }, throws_cancelled()).

#include <weft/error.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace weft::testing {

/// A callable that throws weft::cancelled.
inline auto throws_cancelled() {
    return ::testing::Throws<cancelled>();
}

/// A callable that throws weft::cancelled for a reason that `reason` matches, a text or matcher.
template <class Reason>
auto throws_cancelled(Reason reason) {
    return ::testing::Throws<cancelled>(
        ::testing::Property("reason", &cancelled::reason, std::move(reason)));
}

/// A callable that throws weft::timeout_error.
inline auto throws_timeout() {
    return ::testing::Throws<timeout_error>();
}

/// An exception_ptr that holds an Error which `inner` matches.
template <class Error, class Inner>
class holds_matcher {
public:
    using is_gtest_matcher = void;
    explicit holds_matcher(Inner inner)
        : inner_(::testing::SafeMatcherCast<const Error&>(std::move(inner))) {}

    bool MatchAndExplain(const std::exception_ptr& held,
                         ::testing::MatchResultListener* listener) const {
        try {
            if (held != nullptr) {
                std::rethrow_exception(held);
            }
        } catch (const Error& found) {
            return inner_.MatchAndExplain(found, listener);
        } catch (...) {
        }
        *listener << "which is " << (held != nullptr ? describe(held) : "null");
        return false;
    }
    void DescribeTo(std::ostream* out) const {
        *out << "holds an exception of the type wanted which ";
        inner_.DescribeTo(out);
    }
    void DescribeNegationTo(std::ostream* out) const {
        *out << "holds no exception of the type wanted which ";
        inner_.DescribeTo(out);
    }

private:
    ::testing::Matcher<const Error&> inner_;
};

/// An exception_ptr that holds an Error.
template <class Error>
auto holds() {
    return holds_matcher<Error, decltype(::testing::_)>(::testing::_);
}

/// An exception_ptr that holds an Error which `inner` matches.
template <class Error, class Inner>
auto holds(Inner inner) {
    return holds_matcher<Error, Inner>(std::move(inner));
}

/// A callable that throws an exception_group of exactly these errors, in any order; each is a
/// matcher of an exception_ptr, such as holds<std::logic_error>().
template <class... Errors>
auto throws_group_of(Errors... errors) {
    return ::testing::Throws<exception_group>(::testing::Property(
        "errors", &exception_group::errors, ::testing::UnorderedElementsAre(std::move(errors)...)));
}

}  // namespace weft::testing
