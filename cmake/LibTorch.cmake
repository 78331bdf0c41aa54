# Finds LibTorch. Order: what the user set (Torch_DIR or CMAKE_PREFIX_PATH), the project's .venv, a python3 that can
# import torch, the system's package. Makes the target dircn::torch; sets Torch_DIR, Torch_VERSION and DIRCN_CXX_STANDARD.
# Installed beside dircnConfig.cmake, so that a project that uses dircn finds LibTorch the same way.

# Sets Torch_DIR to the first folder below PREFIXES that holds TorchConfig.cmake, unless it is known already.
function(dircn_torch_below)
  find_path(Torch_DIR TorchConfig.cmake PATHS ${ARGN} NO_DEFAULT_PATH DOC "Folder of TorchConfig.cmake"
            PATH_SUFFIXES Torch share/cmake/Torch lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/Torch)
endfunction()

function(dircn_torch_from_python python)
  if(NOT Torch_DIR AND EXISTS "${python}")
    execute_process(COMMAND "${python}" -c "import torch; print(torch.utils.cmake_prefix_path)"
                    OUTPUT_VARIABLE prefix OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
    if(status EQUAL 0)
      dircn_torch_below("${prefix}")
    endif()
  endif()
endfunction()

# A CUDA build's own configuration stops without a complete CUDA toolkit, and with one asks for parts that newer
# toolkits dropped (nvToolsExt), although dircn needs nothing but the libraries: name them directly.
# (torch_cuda registers its kernels when it is loaded; nothing calls it by name.)
function(dircn_link_cuda_torch prefix)
  include("${Torch_DIR}/TorchConfigVersion.cmake")
  set(Torch_VERSION "${PACKAGE_VERSION}" PARENT_SCOPE)
  target_include_directories(dircn::torch INTERFACE "${prefix}/include" "${prefix}/include/torch/csrc/api/include")
  target_link_libraries(dircn::torch INTERFACE
    "-Wl,--no-as-needed" "${prefix}/lib/libtorch.so" "${prefix}/lib/libtorch_cpu.so" "${prefix}/lib/libtorch_cuda.so"
    "${prefix}/lib/libc10.so" "${prefix}/lib/libc10_cuda.so" "-Wl,--as-needed" "-Wl,--unresolved-symbols=ignore-in-shared-libs")
endfunction()

# The configuration looks for its parts in the system's folders first, where those of another LibTorch may lie.
function(dircn_link_cpu_torch prefix)
  list(PREPEND CMAKE_PREFIX_PATH "${prefix}")
  find_package(Torch QUIET)
  if(NOT Torch_FOUND)
    message(FATAL_ERROR "LibTorch in ${Torch_DIR} cannot be used (cmake --debug-find-pkg=Torch says why); "
                        "use another one: scripts/test.sh --libtorch pip|apt")
  endif()
  set(Torch_VERSION "${Torch_VERSION}" PARENT_SCOPE)
  target_link_libraries(dircn::torch INTERFACE ${TORCH_LIBRARIES})
endfunction()

file(TO_CMAKE_PATH "$ENV{CMAKE_PREFIX_PATH}" DIRCN_PREFIXES)
dircn_torch_below($ENV{Torch_DIR} ${CMAKE_PREFIX_PATH} ${DIRCN_PREFIXES})
dircn_torch_from_python("${CMAKE_SOURCE_DIR}/.venv/bin/python")
find_program(DIRCN_PYTHON NAMES python3)
dircn_torch_from_python("${DIRCN_PYTHON}")
dircn_torch_below(/usr /usr/local)
if(NOT EXISTS "${Torch_DIR}/TorchConfig.cmake")
  message(FATAL_ERROR "LibTorch was not found (Torch_DIR: ${Torch_DIR}): run scripts/test.sh, which installs it, "
                      "or pass -DTorch_DIR=FOLDER_OF_TorchConfig.cmake")
endif()

if(NOT TARGET dircn::torch)
  add_library(dircn::torch INTERFACE IMPORTED GLOBAL)
endif()
get_filename_component(DIRCN_TORCH_PREFIX "${Torch_DIR}/../../.." ABSOLUTE)
set(DIRCN_TORCH_HAS_CUDA OFF)
if(EXISTS "${DIRCN_TORCH_PREFIX}/lib/libtorch_cuda.so")
  set(DIRCN_TORCH_HAS_CUDA ON)
  dircn_link_cuda_torch("${DIRCN_TORCH_PREFIX}")
else()
  dircn_link_cpu_torch("${DIRCN_TORCH_PREFIX}")
endif()
if(Torch_VERSION VERSION_LESS 1.13 OR (Torch_VERSION VERSION_GREATER_EQUAL 2.0 AND Torch_VERSION VERSION_LESS 2.9))
  message(FATAL_ERROR "LibTorch ${Torch_VERSION} in ${Torch_DIR}: dircn needs 1.13, or 2.9 or newer "
                      "(scripts/test.sh --libtorch pip installs one)")
endif()

set(TORCH_LIBRARIES dircn::torch)

# Our sources are C++17; newer LibTorch headers need C++20.
if(Torch_VERSION VERSION_GREATER_EQUAL 2.10)
  set(DIRCN_CXX_STANDARD 20)
else()
  set(DIRCN_CXX_STANDARD 17)
endif()
message(STATUS "LibTorch ${Torch_VERSION} in ${Torch_DIR}, C++${DIRCN_CXX_STANDARD}")
