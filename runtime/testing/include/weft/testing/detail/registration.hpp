// SPDX-License-Identifier: BSL-1.0
#pragma once

/// \file
/// How a body in a fiber becomes a test of GoogleTest.

#include <gtest/gtest.h>

#include <type_traits>

namespace weft::testing {

class fiber_test;

namespace detail {

template <class Test, class Fixture>
const ::testing::TestInfo* add_test(const char* suite, const char* name, const char* file,
                                    int line) {
    static_assert(std::is_base_of_v<fiber_test, Fixture>,
                  "the fixture of a FIBER_TEST derives from weft::testing::fiber_test");
    return ::testing::RegisterTest(suite, name, nullptr, nullptr, file, line,
                                   []() -> Fixture* { return new Test; });
}

/// GoogleTest has no public way to add a test with parameters; this is what its TEST_P does.
template <class Test, class Fixture>
const ::testing::TestInfo* add_parameterized_test(const char* suite, const char* name,
                                                  const char* file, int line) {
    static_assert(std::is_base_of_v<fiber_test, Fixture>,
                  "the fixture of a FIBER_TEST_P derives from weft::testing::fiber_test");
    const ::testing::internal::CodeLocation place(file, line);
    auto& registry = ::testing::UnitTest::GetInstance()->parameterized_test_registry();
    registry.GetTestSuitePatternHolder<Fixture>(suite, place)
        ->AddTestPattern(suite, name, new ::testing::internal::TestMetaFactory<Test>(), place);
    return nullptr;  // the tests are made later, one for each parameter
}

}  // namespace detail

}  // namespace weft::testing

#define WEFT_DETAIL_FIBER_TEST_CLASS(suite, name) suite##_##name##_fiber_test

#define WEFT_DETAIL_DEFINE_FIBER_TEST(suite, fixture, name, add)                             \
    class WEFT_DETAIL_FIBER_TEST_CLASS(suite, name) : public fixture {                       \
    public:                                                                                  \
        void fiber_body() override;                                                          \
                                                                                             \
    private:                                                                                 \
        static const ::testing::TestInfo* const registered;                                  \
    };                                                                                       \
    const ::testing::TestInfo* const WEFT_DETAIL_FIBER_TEST_CLASS(suite, name)::registered = \
        ::weft::testing::detail::add<WEFT_DETAIL_FIBER_TEST_CLASS(suite, name), fixture>(    \
            #suite, #name, __FILE__, __LINE__);                                              \
    void WEFT_DETAIL_FIBER_TEST_CLASS(suite, name)::fiber_body()

#define WEFT_DETAIL_FIBER_TEST(suite, fixture, name) \
    WEFT_DETAIL_DEFINE_FIBER_TEST(suite, fixture, name, add_test)

#define WEFT_DETAIL_FIBER_TEST_P(fixture, name) \
    WEFT_DETAIL_DEFINE_FIBER_TEST(fixture, fixture, name, add_parameterized_test)
