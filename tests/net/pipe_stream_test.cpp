// SPDX-License-Identifier: BSL-1.0
#include <weft/net/pipe_stream.hpp>

#include "support/runtime_test.hpp"

#include <weft/net/buffered_reader.hpp>
#include <weft/process.hpp>
#include <weft/run.hpp>
#include <weft/testing/stream_conformance.hpp>

#include <memory>
#include <string>
#include <utility>

namespace weft::net {
namespace {

struct over_pipes {
    static weft::testing::stream_pair connect() {
        auto [left_in, right_out] = make_pipe();
        auto [right_in, left_out] = make_pipe();
        return {std::make_unique<pipe_stream>(std::move(left_in), std::move(left_out)),
                std::make_unique<pipe_stream>(std::move(right_in), std::move(right_out))};
    }
};
}  // namespace
}  // namespace weft::net

namespace weft::testing {

INSTANTIATE_TYPED_TEST_SUITE_P(Pipes, StreamConformance, net::over_pipes);

}  // namespace weft::testing

namespace weft::net {
namespace {

using PipeStream = weft::test::runtime_test;

FIBER_TEST_F(PipeStream, TalksToAProcessLineByLine) {
    process cat({"cat"}, {.input = redirect::pipe, .output = redirect::pipe});
    pipe_stream talk(std::move(cat.output()), std::move(cat.input()));
    buffered_reader answers(talk);
    for (const std::string line : {"one\n", "two\n"}) {
        talk.write_all(bytes_of(line));
        EXPECT_EQ(answers.read_line(), line);
    }
    talk.shutdown_write();
    EXPECT_EQ(cat.wait(), exit_status::exited(0));
    EXPECT_THROW(talk.shutdown_write(), error);
}

}  // namespace
}  // namespace weft::net
