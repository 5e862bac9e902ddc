# SPDX-License-Identifier: BSL-1.0
#
# Compiles through ccache where it is installed and nobody chose another launcher.

find_program(WEFT_CCACHE ccache)
mark_as_advanced(WEFT_CCACHE)

if(WEFT_CCACHE AND "${CMAKE_CXX_COMPILER_LAUNCHER}" MATCHES "^(ccache)?$")
    # Without this sloppiness ccache refuses every source that uses a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${WEFT_CCACHE})
endif()
