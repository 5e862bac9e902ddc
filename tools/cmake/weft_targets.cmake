# SPDX-License-Identifier: BSL-1.0
#
# How a library, a program and a room's tests are declared.

# What every target of this project is compiled with; it is never exported.
add_library(weft_build_flags INTERFACE)
target_compile_options(weft_build_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -fno-omit-frame-pointer)
if(WEFT_SANITIZE)
    target_compile_options(weft_build_flags INTERFACE
        -fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=all)
    # UBSan's check of virtual table pointers opens a pipe to try memory, and takes every object for
    # a wrong one while a test has no descriptors left.
    if(WEFT_SANITIZE MATCHES "undefined")
        target_compile_options(weft_build_flags INTERFACE -fno-sanitize=vptr)
    endif()
    target_link_options(weft_build_flags INTERFACE -fsanitize=${WEFT_SANITIZE})
endif()

# weft_library(<name> HEADERS <file>... SOURCES <file>... [LINK_PUBLIC <target>...]
#              [LINK_PRIVATE <target>...])
#
# Makes weft_<name>, alias weft::<name>, from the room in the current directory: public headers
# below include/, sources and private headers below src/.
function(weft_library name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;LINK_PUBLIC;LINK_PRIVATE")
    set(target weft_${name})
    set(public PUBLIC)
    if(arg_SOURCES)
        add_library(${target} ${arg_SOURCES})
        target_include_directories(${target} PRIVATE src)
        target_link_libraries(${target}
            PUBLIC ${arg_LINK_PUBLIC}
            PRIVATE ${arg_LINK_PRIVATE} $<BUILD_INTERFACE:weft_build_flags>)
    else()
        set(public INTERFACE)
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE ${arg_LINK_PUBLIC})
    endif()
    add_library(weft::${name} ALIAS ${target})
    target_compile_features(${target} ${public} cxx_std_20)
    target_sources(${target} ${public}
        FILE_SET HEADERS BASE_DIRS include FILES ${arg_HEADERS})
    set_target_properties(${target} PROPERTIES
        CXX_EXTENSIONS OFF
        EXPORT_NAME ${name}
        VERIFY_INTERFACE_HEADER_SETS ON)
endfunction()

# weft_program(<name> SOURCES <file>... [LINK <target>...])
#
# Makes an executable in bin/. One without sources is left out.
function(weft_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINK")
    if(NOT arg_SOURCES)
        return()
    endif()
    add_executable(${name} ${arg_SOURCES})
    set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
    target_link_libraries(${name} PRIVATE ${arg_LINK} weft_build_flags)
endfunction()

# weft_test(<room> <file>...)
#
# Makes bin/weft_<room>_tests, linked with the room and what may see its private headers, and
# registers its suites with ctest under the room's label. Cases of suites whose name ends in Slow
# take longer than a quarter of a second and are labelled <room>-slow instead. Those in Long take
# minutes or measure time; they are registered, labelled <room>-long, with WEFT_LONG_TESTS only.
#
# bin/weft_<room>_boost_fiber_tests are the same tests on the other engine.
function(weft_test room)
    if(NOT ARGN)
        return()
    endif()
    set(target weft_${room}_tests)
    if(TARGET ${target})
        target_sources(${target} PRIVATE ${ARGN})
        return()
    endif()
    weft_program(${target} SOURCES ${ARGN} LINK weft_test_support weft::${room})
    get_target_property(room_dir weft_${room} SOURCE_DIR)
    target_include_directories(${target} PRIVATE ${room_dir}/src)
    target_precompile_headers(${target} PRIVATE <gtest/gtest.h>)
    weft_register_tests(${target} ${room}. ${room} native)

    # Boost.Fiber's own switches are not known to ThreadSanitizer.
    if(NOT WEFT_SANITIZE STREQUAL "thread")
        set(other weft_${room}_boost_fiber_tests)
        weft_program(${other}
            SOURCES $<TARGET_OBJECTS:${target}> $<TARGET_OBJECTS:weft_boost_fiber_by_default>
            LINK $<TARGET_PROPERTY:${target},LINK_LIBRARIES> weft::boost_fiber)
        weft_register_tests(${other} boost_fiber.${room}. ${room} boost_fiber)
    endif()
endfunction()

# weft_register_tests(<target> <prefix of names> <room> [<engine>] [TOGETHER <suite> [AT_ONCE <n>]])
#
# Each suite is a test, each case of a suite whose name ends in Slow or Long another
# (weft_test_suites.cmake). The labels are <room>, <room>-slow or <room>-long, and <engine>: `native`
# or `boost_fiber`. TOGETHER: a slow suite that runs in one process nevertheless, for the sake of
# what its cases share, and begins early; AT_ONCE: in so many processes at once, as its cases mostly
# wait. With WEFT_TEST_SHARDS, the quick cases run in so many processes.
function(weft_register_tests target prefix room)
    cmake_parse_arguments(PARSE_ARGV 3 arg "" "TOGETHER;AT_ONCE" "")
    set(engine ${arg_UNPARSED_ARGUMENTS})
    set(apart "-*Slow.*:*Long.*")
    if(arg_TOGETHER)
        string(APPEND apart ":${arg_TOGETHER}.*")
        set(at_once)
        if(arg_AT_ONCE)
            set(at_once ${PROJECT_SOURCE_DIR}/tools/cmake/at_once.sh ${arg_AT_ONCE})
        endif()
        add_test(NAME ${prefix}${arg_TOGETHER}
            COMMAND ${at_once} $<TARGET_FILE:${target}> --gtest_filter=${arg_TOGETHER}.* --gtest_brief=1)
        set_tests_properties(${prefix}${arg_TOGETHER} PROPERTIES
            TIMEOUT 600 COST 10 LABELS "${room}-slow;${engine}")
    endif()
    if(WEFT_UNITY)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
        # g++ 12 sees overlapping strings in operator+ that inlining made (bug 105651).
        target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
    endif()
    if(WEFT_TEST_SHARDS)
        weft_register_shards(${target} "${prefix}" "${apart}" "${room};${engine}")
    endif()
    set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake)
    file(GENERATE OUTPUT ${script} CONTENT "include([[${PROJECT_SOURCE_DIR}/tools/cmake/weft_test_suites.cmake]])
weft_test_suites(PROGRAM [[$<TARGET_FILE:${target}>]] PREFIX [[${prefix}]] ROOM ${room} LABELS ${engine}
    DIRECTORY [[${CMAKE_CURRENT_BINARY_DIR}]] APART [[${arg_TOGETHER}]]
    $<$<BOOL:${WEFT_TEST_SHARDS}>:SHARDED> $<$<BOOL:${WEFT_TEST_EACH_CASE}>:EACH_CASE>
    $<$<BOOL:${WEFT_LONG_TESTS}>:WITH_LONG>)
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()

# weft_register_shards(<target> <prefix of names> <filter> <labels>)
#
# GoogleTest deals the cases that pass the filter out to WEFT_TEST_SHARDS processes.
function(weft_register_shards target prefix filter labels)
    math(EXPR last "${WEFT_TEST_SHARDS} - 1")
    foreach(shard RANGE ${last})
        set(name "${prefix}${target}_${shard}")
        add_test(NAME ${name} COMMAND ${target} --gtest_filter=${filter} --gtest_brief=1)
        set_tests_properties(${name} PROPERTIES
            TIMEOUT 600
            LABELS "${labels}"
            ENVIRONMENT "GTEST_TOTAL_SHARDS=${WEFT_TEST_SHARDS};GTEST_SHARD_INDEX=${shard}")
    endforeach()
endfunction()
