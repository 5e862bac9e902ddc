# SPDX-License-Identifier: BSL-1.0
#
# Finds what weft-trace alone is built on; see weft_dependencies.cmake. No library of weft needs it.

pkg_check_modules(WEFT_DW QUIET IMPORTED_TARGET GLOBAL libdw libelf)
weft_require("${WEFT_DW_FOUND}" "libdw of elfutils" libdw-dev)

pkg_check_modules(WEFT_ZSTD QUIET IMPORTED_TARGET GLOBAL libzstd)
weft_require("${WEFT_ZSTD_FOUND}" "zstd" libzstd-dev)

pkg_check_modules(WEFT_CURSES QUIET IMPORTED_TARGET GLOBAL ncursesw)
weft_require("${WEFT_CURSES_FOUND}" "ncurses for wide characters" libncurses-dev)

find_path(WEFT_PROTOZERO_INCLUDE protozero/pbf_writer.hpp)
weft_require("${WEFT_PROTOZERO_INCLUDE}" "protozero" libprotozero-dev)
mark_as_advanced(WEFT_PROTOZERO_INCLUDE)
