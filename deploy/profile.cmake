# Lays the program out by a profile, what a JVM does while it runs: a program of the same sources
# that counts what it does replays some simulated hours, once whenever a source has changed, while
# CMake configures. What a replay does often is made fast; the rest is as it is without a profile.
#
#   DP_PROFILE=make   counts; its counts are written to DP_PROFILE_DIR when it ends
#   DP_PROFILE=use    makes such a program, runs it, and goes by its counts
set(DP_PROFILE_DIR "" CACHE PATH "where counts are written, of DP_PROFILE=make")
if(NOT CMAKE_C_COMPILER_ID STREQUAL GNU OR CMAKE_C_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "DP_PROFILE needs GCC 12 or newer: use the preset release")
endif()

# Which counts are whose goes by the path of the object in its build.
set(of_objects -fprofile-prefix-path=${CMAKE_BINARY_DIR})
if(DP_PROFILE STREQUAL make)
  add_compile_options(-fprofile-generate=${DP_PROFILE_DIR} ${of_objects})
  add_link_options(-fprofile-generate=${DP_PROFILE_DIR})
  return()
endif()

file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/*/*.[ch])
set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
set(hashes "${CMAKE_C_COMPILER_VERSION} ${CMAKE_C_FLAGS_RELWITHDEBINFO} ${DP_MUTATION}")
foreach(source ${sources})
  file(SHA256 ${source} hash)
  string(APPEND hashes ${hash})
endforeach()
string(SHA256 hash "${hashes}")
string(SUBSTRING ${hash} 0 16 hash)

set(work ${CMAKE_BINARY_DIR}/profile)
set(counts ${work}/${hash})
if(NOT EXISTS ${counts}/done)
  message(STATUS "Making the profile of a replay: it takes as long as the build")
  file(REMOVE_RECURSE ${work})
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${CMAKE_SOURCE_DIR} -B ${work} -G ${CMAKE_GENERATOR}
            -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
            -DCMAKE_C_FLAGS_RELWITHDEBINFO=${CMAKE_C_FLAGS_RELWITHDEBINFO}
            -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=${CMAKE_INTERPROCEDURAL_OPTIMIZATION}
            -DDP_MUTATION=${DP_MUTATION} -DDP_TESTS=OFF -DDP_BOARD=OFF -DDP_PROFILE=make -DDP_PROFILE_DIR=${counts}
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} --build ${work} --target deskpulse --parallel
                  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  execute_process(
    COMMAND ${work}/app/deskpulse simulate --agents 100 --seconds 43200 --late 1 --bad 1
    COMMAND ${work}/app/deskpulse replay --set log.level=error --output ndjson -
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(TOUCH ${counts}/done)
endif()

# What is inlined by counts warns of what cannot be; the other presets are for warnings.
add_compile_options(-fprofile-use=${counts} ${of_objects} -fprofile-partial-training
                    -Wno-missing-profile -Wno-stringop-overflow -Wno-error)
add_link_options(-fprofile-use=${counts} -Wno-stringop-overflow)
