// SPDX-License-Identifier: BSL-1.0
//
// The entry that libFuzzer calls; WEFT_FUZZ_TARGET names one function of targets.hpp.
#include "fuzz/targets.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    weft::fuzz::WEFT_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
    return 0;
}
