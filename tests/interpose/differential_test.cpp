// SPDX-License-Identifier: BSL-1.0

// Each function of libc in each situation, natively and in a fiber under the layer. The table of
// net/interpose/README.md is made of the same cases: WEFT_WRITE_MATRIX=1 writes it.

#include "interpose/differential/case.hpp"
#include "interpose/differential/lock_session.hpp"
#include "interpose/differential/name_server.hpp"
#include "interpose/differential/signal_cases.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace weft::test {

std::vector<differential_case> all_cases() {
    std::vector<differential_case> all;
    for (auto part :
         {reading_cases(), writing_cases(), connecting_cases(), waiting_cases(), other_cases(),
          mutex_cases(), rwlock_cases(), condition_cases(), semaphore_cases(), once_cases(),
          naming_cases(), resolver_cases(), stream_cases(), stream_reading_cases(),
          interrupted_cases(), handler_cases()}) {
        std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    return all;
}

namespace {

std::string name_of(const ::testing::TestParamInfo<std::size_t>& tested) {
    std::string name = all_cases()[tested.param].function + "_" + std::to_string(tested.param);
    std::replace_if(
        name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
}

class DifferentialTest : public ::testing::TestWithParam<std::size_t> {};

TEST_P(DifferentialTest, IsAsNativeOrDiffersAsDocumented) {
    const differential_case tested = all_cases()[GetParam()];
    SCOPED_TRACE(tested.function + ": " + tested.situation);
    const std::string native = natively(tested.body);
    const std::string layered = in_a_fiber(tested.body);
    EXPECT_FALSE(native.empty());
    if (tested.difference.empty()) {
        EXPECT_EQ(layered, native);
    } else {
        EXPECT_NE(layered, native);
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, DifferentialTest,
                         ::testing::Range(std::size_t{0}, all_cases().size()), name_of);

constexpr const char* matrix_begins = "<!-- matrix: written by the tests -->\n";
constexpr const char* matrix_ends = "<!-- end of the matrix -->\n";

std::string matrix() {
    std::vector<std::string> functions;
    std::map<std::string, std::string> rows;
    std::size_t count = 0;
    for (const differential_case& each : all_cases()) {
        std::string& row = rows[each.function];
        if (row.empty()) {
            functions.push_back(each.function);
        }
        row += row.empty() ? "" : "; ";
        row += each.situation;
        row += each.difference.empty() ? "" : " (**differs**: " + each.difference + ")";
        ++count;
    }
    std::string text =
        std::to_string(count) + " cases, each the same unless it says otherwise.\n\n";
    text += "| function | in these situations |\n|---|---|\n";
    for (const std::string& function : functions) {
        text += "| `" + function + "` | " + rows[function] + " |\n";
    }
    return text;
}

TEST(DifferentialMatrix, IsInTheReadme) {
    std::stringstream content;
    content << std::ifstream(WEFT_INTERPOSE_README).rdbuf();
    const std::string readme = content.str();
    const auto begin = readme.find(matrix_begins) + std::string(matrix_begins).size();
    const auto end = readme.find(matrix_ends);
    ASSERT_LE(begin, end);
    if (std::getenv("WEFT_WRITE_MATRIX") != nullptr) {
        std::ofstream(WEFT_INTERPOSE_README)
            << readme.substr(0, begin) + matrix() + readme.substr(end);
    } else {
        EXPECT_EQ(readme.substr(begin, end - begin), matrix())
            << "WEFT_WRITE_MATRIX=1 writes it anew";
    }
}

}  // namespace
}  // namespace weft::test
