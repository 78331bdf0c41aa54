# Installs the build tree BUILD below WORK, then configures, builds and runs a project that uses what was installed.

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${status}): ${command}")
  endif()
endfunction()

set(prefix "${WORK}/prefix")
set(build "${WORK}/consumer-build")
file(REMOVE_RECURSE "${prefix}" "${build}")

run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}")
foreach(file include/dircn/core/error.h share/dircn/LICENSE share/dircn/configs/base.yaml)
  if(NOT EXISTS "${prefix}/${file}")
    message(FATAL_ERROR "not installed: ${file}")
  endif()
endforeach()

run(${CMAKE_COMMAND} -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${build}" -G "${GENERATOR}"
    -D "CMAKE_PREFIX_PATH=${prefix}" -D "CMAKE_CXX_COMPILER=${COMPILER}")
run(${CMAKE_COMMAND} --build "${build}")
run("${build}/consumer")
