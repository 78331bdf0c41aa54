# dircn_highway: Google Highway, by which the kernels are compiled for each generation of processors. Its own package
# configuration defines a macro, which would keep its users from sharing the precompiled header. Imported, and installed
# beside dircnConfig.cmake, as dircn_hdf5 is.
if(NOT TARGET dircn_highway)
  find_path(HIGHWAY_INCLUDE_DIR hwy/highway.h)
  find_library(HIGHWAY_LIBRARY hwy)
  if(NOT HIGHWAY_INCLUDE_DIR OR NOT HIGHWAY_LIBRARY)
    message(FATAL_ERROR "Google Highway (hwy/highway.h, libhwy) was not found; Debian has it in libhwy-dev")
  endif()
  add_library(dircn_highway INTERFACE IMPORTED GLOBAL)
  target_link_libraries(dircn_highway INTERFACE "${HIGHWAY_LIBRARY}")
  target_include_directories(dircn_highway SYSTEM INTERFACE "${HIGHWAY_INCLUDE_DIR}")
endif()
