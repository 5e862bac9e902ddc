# SPDX-License-Identifier: BSL-1.0
#
# WEFT_FUZZ: everything is compiled for libFuzzer, with AddressSanitizer and UBSan, and only the
# fuzzers are built.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "WEFT_FUZZ needs clang: pass -DCMAKE_CXX_COMPILER=clang++-16\n"
        "(on Debian 12: apt install clang-16 libclang-rt-16-dev)")
endif()

set(WEFT_BUILD_TESTS OFF)
set(WEFT_BUILD_EXAMPLES OFF)
set(WEFT_BUILD_BENCH OFF)
set(WEFT_BUILD_TRACE OFF)
set(WEFT_BUILD_AUDIT OFF)
set(WEFT_SANITIZE fuzzer-no-link,address,undefined)
