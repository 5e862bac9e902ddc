# SPDX-License-Identifier: BSL-1.0
#
# Read by ctest when it starts: finds the cases of a test program, and registers them.

# weft_test_suites(PROGRAM <file> PREFIX <prefix of names> ROOM <room> LABELS <other label>...
#                  DIRECTORY <to run in> [APART <suite>] [SHARDED] [EACH_CASE] [WITH_LONG])
#
# A suite is one test, so that a process is started for each suite and not for each case: what fails
# is shown with the name of its case, and what a crash or the time limit cut short is the last case
# in the output. The cases of suites whose name ends in Slow or Long are a test each.
#
# APART: this suite is registered elsewhere. SHARDED: so are all quick ones. EACH_CASE: a process
# for each case nevertheless.
function(weft_test_suites)
    cmake_parse_arguments(arg "SHARDED;EACH_CASE;WITH_LONG" "PROGRAM;PREFIX;ROOM;DIRECTORY;APART" "LABELS" ${ARGN})
    if(NOT EXISTS "${arg_PROGRAM}")
        get_filename_component(name "${arg_PROGRAM}" NAME)
        add_test("${name}_NOT_BUILT" "${arg_PROGRAM}")
        return()
    endif()
    execute_process(COMMAND "${arg_PROGRAM}" --gtest_list_tests
        WORKING_DIRECTORY "${arg_DIRECTORY}"
        TIMEOUT 60
        OUTPUT_VARIABLE listed
        COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX REPLACE " *#[^\n]*" "" listed "${listed}")  # values of parameters
    string(REPLACE "\n" ";" listed "${listed}")
    # It stands above the exit code, so the list of those that failed must not follow.
    set(all_skipped "\\[  PASSED  \\] 0 tests\\.\n\\[  SKIPPED \\] [0-9]+ tests?, listed below:\n(\\[  SKIPPED \\] [^\n]*\n)+\n*$")
    set(suite)
    foreach(line IN LISTS listed)
        if(line MATCHES "^([^ ]+)\\.$")
            set(suite "${CMAKE_MATCH_1}")
            if(suite MATCHES "Slow(/|$)")
                set(kind slow)
            elseif(suite MATCHES "Long(/|$)")
                set(kind long)
            else()
                set(kind quick)
            endif()
            if(kind STREQUAL "quick" AND (arg_SHARDED OR suite STREQUAL "${arg_APART}"))
                set(kind elsewhere)
            elseif(kind STREQUAL "quick" AND NOT arg_EACH_CASE)
                weft_add_test("${suite}" "${suite}.*" ${arg_ROOM} 300)
            endif()
            continue()
        endif()
        string(STRIP "${line}" case)
        if(kind STREQUAL "quick" AND case AND arg_EACH_CASE)
            weft_add_test("${suite}.${case}" "${suite}.${case}" ${arg_ROOM} 300)
        elseif(kind STREQUAL "slow" AND case)
            weft_add_test("${suite}.${case}" "${suite}.${case}" ${arg_ROOM}-slow 300)
            set_tests_properties("${arg_PREFIX}${suite}.${case}" PROPERTIES COST 1)
        elseif(kind STREQUAL "long" AND case AND arg_WITH_LONG)
            weft_add_test("${suite}.${case}" "${suite}.${case}" ${arg_ROOM}-long 1800)
            set_tests_properties("${arg_PREFIX}${suite}.${case}" PROPERTIES RUN_SERIAL ON)
        endif()
    endforeach()
endfunction()

# One test of weft_test_suites(), whose arguments it knows.
macro(weft_add_test name filter label limit)
    add_test("${arg_PREFIX}${name}" "${arg_PROGRAM}" "--gtest_filter=${filter}")
    set_tests_properties("${arg_PREFIX}${name}" PROPERTIES
        WORKING_DIRECTORY "${arg_DIRECTORY}"
        SKIP_REGULAR_EXPRESSION "${all_skipped}"
        TIMEOUT ${limit}
        LABELS "${label};${arg_LABELS}")
endmacro()
