# SPDX-License-Identifier: BSL-1.0
#
# Finds what more than one tool is built on; see weft_dependencies.cmake. No library of weft needs
# it.

find_package(CLI11 QUIET)
weft_require("${CLI11_FOUND}" "CLI11" libcli11-dev)

find_package(nlohmann_json QUIET)
weft_require("${nlohmann_json_FOUND}" "nlohmann_json" nlohmann-json3-dev)

pkg_check_modules(WEFT_ELF QUIET IMPORTED_TARGET GLOBAL libelf)
weft_require("${WEFT_ELF_FOUND}" "libelf of elfutils" libelf-dev)
