# SPDX-License-Identifier: BSL-1.0
#
# cmake -DBENCH=<weft-bench> -P smoke_test.cmake: fails unless weft-bench prints lines of JSON
# with all promised fields, and refuses what it does not know by name with status 2.

execute_process(COMMAND ${BENCH} yield --rounds 1 --quick --json
    OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "weft-bench ended with ${status}: ${errors}")
endif()

string(REGEX REPLACE "\n$" "" output "${output}")
string(REPLACE "\n" ";" lines "${output}")
list(LENGTH lines count)
if(NOT count EQUAL 2)
    message(FATAL_ERROR "expected 2 lines, got ${count}:\n${output}")
endif()
foreach(line IN LISTS lines)
    foreach(field IN ITEMS
            bench what value unit baseline ratio target met min max baseline_min baseline_max)
        string(JSON type ERROR_VARIABLE error TYPE "${line}" ${field})
        if(error)
            message(FATAL_ERROR "${error} in: ${line}")
        endif()
    endforeach()
    string(JSON type TYPE "${line}" value)
    if(NOT type STREQUAL "NUMBER")
        message(FATAL_ERROR "value is ${type} in: ${line}")
    endif()
endforeach()

foreach(wrong IN ITEMS nonsense --nonsense --rounds=0 --rounds=many)
    execute_process(COMMAND ${BENCH} ${wrong}
        OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE status)
    string(REGEX REPLACE "^.*=" "" named "${wrong}")
    string(FIND "${errors}" "'${named}'" found)
    if(NOT status EQUAL 2 OR found EQUAL -1)
        message(FATAL_ERROR "'${wrong}' ended with ${status}: ${errors}")
    endif()
endforeach()
