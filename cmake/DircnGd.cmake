# dircn_gd: the GD library, which comes without a package configuration of CMake's. Imported, and installed beside
# dircnConfig.cmake, as dircn_hdf5 is.
if(NOT TARGET dircn_gd)
  find_path(GD_INCLUDE_DIR gd.h)
  find_library(GD_LIBRARY gd)
  if(NOT GD_INCLUDE_DIR OR NOT GD_LIBRARY)
    message(FATAL_ERROR "The GD library (gd.h, libgd) was not found; Debian has it in libgd-dev")
  endif()
  add_library(dircn_gd INTERFACE IMPORTED GLOBAL)
  target_link_libraries(dircn_gd INTERFACE "${GD_LIBRARY}")
  target_include_directories(dircn_gd SYSTEM INTERFACE "${GD_INCLUDE_DIR}")
endif()
