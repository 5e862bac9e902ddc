# SPDX-License-Identifier: BSL-1.0
#
# Installs libraries, headers, the CMake package and weft.pc.

include(CMakePackageConfigHelpers)

set(libraries weft_runtime weft_boost_fiber weft_net weft_tls weft_http weft_weft)
if(TARGET weft_interpose)
    list(APPEND libraries weft_interpose)
endif()
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)

if(TARGET weft_testing)
    list(APPEND libraries weft_testing weft_net_testing)
endif()

install(TARGETS ${libraries}
    EXPORT weft_targets
    FILE_SET HEADERS)
install(EXPORT weft_targets
    DESTINATION ${package_dir}
    NAMESPACE weft::
    FILE weftTargets.cmake)

configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/weftConfig.cmake.in ${PROJECT_BINARY_DIR}/weftConfig.cmake
    INSTALL_DESTINATION ${package_dir}
    NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break its users.
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/weftConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/weftConfig.cmake
    ${PROJECT_BINARY_DIR}/weftConfigVersion.cmake
    DESTINATION ${package_dir})

# weft.pc moves with its files: all paths start at where it lies.
file(RELATIVE_PATH WEFT_PC_TO_PREFIX
    /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" WEFT_PC_TO_PREFIX ${WEFT_PC_TO_PREFIX})
configure_file(${CMAKE_CURRENT_LIST_DIR}/weft.pc.in ${PROJECT_BINARY_DIR}/weft.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/weft.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
