# SPDX-License-Identifier: BSL-1.0
#
# Finds what weft is built on. The first missing thing stops the configure step and names the
# Debian package that brings it.

set(WEFT_OLDEST_BOOST 1.81)
set(WEFT_OLDEST_CARES 1.18)
set(WEFT_OLDEST_OPENSSL 3.0)

function(weft_require found what package)
    if(NOT found)
        message(FATAL_ERROR
            "weft needs ${what}. On Debian and Ubuntu: apt install ${package}\n"
            "(tools/check.sh installs everything that is missing.)")
    endif()
endfunction()

# Boost.Fiber and Boost.Context cost three times more per switch as shared libraries, because
# their thread-local variables are then reached through __tls_get_addr.
function(weft_find_boost component package)
    foreach(static IN ITEMS ON OFF)
        set(Boost_USE_STATIC_LIBS ${static})
        find_package(Boost ${WEFT_OLDEST_BOOST} CONFIG QUIET GLOBAL COMPONENTS ${component})
        if(TARGET Boost::${component})
            set(WEFT_BOOST_STATIC ${static} PARENT_SCOPE)  # for the installed package
            break()
        endif()
    endforeach()
    if(NOT TARGET Boost::${component})
        set(Boost_FOUND FALSE)
    endif()
    weft_require("${Boost_FOUND}" "Boost.${component} >= ${WEFT_OLDEST_BOOST}"
        "${package} (or a newer version of it)")
endfunction()

find_package(Threads REQUIRED)

find_package(PkgConfig QUIET)
weft_require("${PKG_CONFIG_FOUND}" "pkg-config" pkg-config)

weft_find_boost(headers libboost1.81-dev)
weft_find_boost(url libboost-url1.81-dev)
weft_find_boost(context libboost-context1.81-dev)
weft_find_boost(fiber libboost-fiber1.81-dev)

pkg_check_modules(WEFT_CARES QUIET IMPORTED_TARGET GLOBAL libcares>=${WEFT_OLDEST_CARES})
weft_require("${WEFT_CARES_FOUND}" "c-ares >= ${WEFT_OLDEST_CARES}" libc-ares-dev)

find_package(OpenSSL ${WEFT_OLDEST_OPENSSL} QUIET)
weft_require("${OPENSSL_FOUND}" "OpenSSL >= ${WEFT_OLDEST_OPENSSL}" libssl-dev)

find_package(ZLIB QUIET)
weft_require("${ZLIB_FOUND}" "zlib" zlib1g-dev)

pkg_check_modules(WEFT_BROTLI QUIET IMPORTED_TARGET GLOBAL libbrotlidec libbrotlienc)
weft_require("${WEFT_BROTLI_FOUND}" "brotli" libbrotli-dev)

if(WEFT_BUILD_TESTS)
    find_package(GTest QUIET)
    weft_require("${GTest_FOUND}" "GoogleTest" "libgtest-dev libgmock-dev")
endif()

if(WEFT_BUILD_BENCH)
    find_package(benchmark QUIET)
    weft_require("${benchmark_FOUND}" "google-benchmark" libbenchmark-dev)
endif()

if(WEFT_BUILD_AUDIT OR WEFT_BUILD_TRACE OR WEFT_BUILD_TESTS OR WEFT_FUZZ)
    include(weft_tool_dependencies)
endif()
if(WEFT_BUILD_TRACE OR WEFT_BUILD_TESTS OR WEFT_FUZZ)
    include(weft_trace_dependencies)
endif()
