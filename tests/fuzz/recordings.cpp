// SPDX-License-Identifier: BSL-1.0
#include <memory>
#include <sstream>
#include <string>

#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"
#include "recording/chunk.hpp"
#include "recording/file_reader.hpp"
#include "recording/recording_error.hpp"

namespace weft::fuzz {

void recording_file(std::string_view input) {
    try {
        trace_tool::file_reader file(std::make_unique<std::istringstream>(std::string(input)),
                                     "input");
        while (const auto chunk = file.next()) {
            require(!file.complete(), "a chunk stands before the end");
        }
        require(!file.next(), "nothing stands behind the end");
    } catch (const trace_tool::recording_error&) {
    }
}

// Behind the checksum, where a fuzzer comes by luck only.
void recording_chunk(std::string_view input) {
    try {
        const auto packed = trace_tool::pack(trace_tool::unpack(input));
        require(trace_tool::pack(trace_tool::unpack(packed)) == packed,
                "a chunk reads back as itself");
    } catch (const trace_tool::bad_chunk&) {
    }
}

}  // namespace weft::fuzz
