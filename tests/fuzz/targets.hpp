// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string_view>

namespace weft::fuzz {

// One function for each parser of what comes from outside. It gives the input to the parser and
// throws a violation if the parser contradicts itself: beyond not crashing, a parser must come to
// the same result however its input arrives, and must read back what is written of it.

void request_head(std::string_view input);
void response_head(std::string_view input);
void chunked_body(std::string_view input);
void url(std::string_view input);
void dns_reply(std::string_view input);
void hosts_file(std::string_view input);
void address(std::string_view input);
void fetch_options(std::string_view input);
void recording_file(std::string_view input);
void recording_chunk(std::string_view input);
void runtime_memory(std::string_view input);
void core(std::string_view input);

}  // namespace weft::fuzz
