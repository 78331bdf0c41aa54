# One folder is one library: dircn_add_library(NAME SOURCES ... LINK ...), dircn_add_app, dircn_add_test.

# Executables and libraries share one position-independent form, so that they can share the precompiled header.
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
set(CMAKE_CXX_EXTENSIONS OFF)
# Installed executables find LibTorch where it was when they were built.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
set(DIRCN_BATCH_SIZE 12 CACHE STRING "Files of a batch, with DIRCN_UNITY")
option(DIRCN_WERROR "Warnings stop the build" ON)
set(DIRCN_TEST_PARTS 4 CACHE STRING "Processes that share the tests of a layer")
set(DIRCN_TEST_PYTHON "python3" CACHE STRING "Python for tests that compare with torch, numpy and h5py")

add_library(dircn_flags INTERFACE)
target_compile_features(dircn_flags INTERFACE cxx_std_${DIRCN_CXX_STANDARD})
set(dircn_werror $<$<BOOL:${DIRCN_WERROR}>:-Werror>)
target_compile_options(dircn_flags INTERFACE "$<$<COMPILE_LANGUAGE:C,CXX>:-fPIC;-Wall;-Wextra;-pedantic;${dircn_werror}>")
if(DIRCN_CUDA)
  target_compile_definitions(dircn_flags INTERFACE DIRCN_CUDA)
  # The standard by its flag, because CMake 3.25 does not know that CUDA's compiler has C++20.
  set(cuda_flags -std=c++${DIRCN_CXX_STANDARD} -Xcompiler=-fPIC,-Wall,-Wextra
                 $<$<BOOL:${DIRCN_WERROR}>:-Werror=all-warnings>)
  target_compile_options(dircn_flags INTERFACE "$<$<COMPILE_LANGUAGE:CUDA>:${cuda_flags}>")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of GCC 12's optimiser: std::string's operator+ at -O3, LibTorch's headers under the sanitizers.
  target_compile_options(dircn_flags INTERFACE
    "$<$<COMPILE_LANGUAGE:C,CXX>:-Wno-stringop-overflow;-Wno-restrict;-Wno-array-bounds;-Wno-maybe-uninitialized>")
endif()
if(DIRCN_SANITIZE)
  target_compile_options(dircn_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                               -fno-sanitize=vptr -fno-omit-frame-pointer)
  target_link_options(dircn_flags INTERFACE -fsanitize=address,undefined)
endif()
if(DIRCN_FUZZ)
  target_compile_options(dircn_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# dircn_common(TARGET PLAIN): what all targets share. PLAIN: ON where no file sees LibTorch. The others precompile its
# headers, once, by the lowest layer that takes them. No more than most files need: what a header leaves to be
# instantiated costs every file that takes it (with all of torch/torch.h 8 s, with these 4).
function(dircn_common target plain)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:dircn_flags>)
  if(plain)
    # Texts, tables and files: optimised further they would only take longer to compile.
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  elseif(DIRCN_PCH AND target STREQUAL dircn_runtime)
    target_precompile_headers(${target} PRIVATE <torch/types.h> <torch/nn/module.h> <torch/nn/modules/conv.h>
                                                <torch/nn/modules/container/modulelist.h>)
  elseif(DIRCN_PCH)
    target_precompile_headers(${target} REUSE_FROM dircn_runtime)
  endif()
  if(DIRCN_UNITY)
    dircn_compile_in_batches(${target} ${DIRCN_BATCH_SIZE})
  endif()
endfunction()

function(dircn_executable target plain)
  dircn_common(${target} ${plain})
  if(DIRCN_SANITIZE)
    target_sources(${target} PRIVATE "${PROJECT_SOURCE_DIR}/cmake/sanitizer_options.cpp")
  endif()
endfunction()

# PLAIN: a layer below LibTorch, whose headers it cannot see. PLAIN_SOURCES: files of another layer that do without them;
# they are compiled apart, in a quarter of the time.
function(dircn_add_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "SOURCES;PLAIN_SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  set(target dircn_${name})
  add_library(${target} STATIC ${ARG_SOURCES})
  if(ARG_PLAIN_SOURCES)
    add_library(${target}_plain OBJECT ${ARG_PLAIN_SOURCES})
    target_include_directories(${target}_plain PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(${target}_plain PRIVATE ${ARG_PRIVATE_LINK})
    dircn_common(${target}_plain ON)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_plain>)
  endif()
  add_library(dircn::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                              $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
                             PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${target} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK})
  target_compile_features(${target} PUBLIC cxx_std_${DIRCN_CXX_STANDARD})
  dircn_common(${target} ${ARG_PLAIN})
  set_property(GLOBAL APPEND PROPERTY DIRCN_LIBRARIES ${target})
endfunction()

# Makes the program NAME by a target NAME_app: dircn_train and dircn_eval are layers, too.
function(dircn_add_app name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  set(target ${name}_app)
  add_executable(${target} ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} CLI11::CLI11)
  # Programs parse their command line and call a library: optimised further they would only take longer to compile.
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  dircn_executable(${target} OFF)
  install(TARGETS ${target} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()

# One GoogleTest binary a layer, dircn_LAYER_test, which ctest runs in parts. PLAIN: tests that do not see LibTorch.
# SLOW: tests that take minutes under the sanitizers, where they are left out: other tests run the same code for a
# shorter time.
function(dircn_add_test layer)
  cmake_parse_arguments(ARG "PLAIN" "" "SOURCES;LINK;SLOW" ${ARGN})
  set(target dircn_${layer}_test)
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${ARG_LINK} dircn_test_support GTest::gtest GTest::gtest_main)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  dircn_executable(${target} ${ARG_PLAIN})
  # Some processes a layer share its tests: each takes half a second to load LibTorch, under the sanitizers some, which is
  # longer than most tests run. ctest runs as many of them at once as there are cores, so each gets one: waiting threads
  # would slow the others down.
  set(filter "")
  if(DIRCN_SANITIZE)
    list(JOIN ARG_SLOW ":" filter)
    set(filter "--gtest_filter=-${filter}")
  endif()
  list(LENGTH ARG_SLOW cost)  # what takes long begins first
  foreach(part RANGE 1 ${DIRCN_TEST_PARTS})
    math(EXPR index "${part} - 1")
    add_test(NAME ${layer}/${part} COMMAND ${target} ${filter})
    set_tests_properties(${layer}/${part} PROPERTIES LABELS unit TIMEOUT 2400 COST ${cost}
      ENVIRONMENT "OMP_NUM_THREADS=1;GTEST_TOTAL_SHARDS=${DIRCN_TEST_PARTS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
