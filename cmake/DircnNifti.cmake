# dircn_nifti: the NIfTI-1 library (niftiio) and the one by which it reads compressed files (znz). Its own package configuration stops unless its command-line tools are
# installed too, so the library is named directly. Imported, and installed beside dircnConfig.cmake, as dircn_hdf5 is.
if(NOT TARGET dircn_nifti)
  find_path(NIFTI_INCLUDE_DIR nifti1_io.h PATH_SUFFIXES nifti)
  find_library(NIFTI_LIBRARY niftiio)
  find_library(ZNZ_LIBRARY znz)
  if(NOT NIFTI_INCLUDE_DIR OR NOT NIFTI_LIBRARY OR NOT ZNZ_LIBRARY)
    message(FATAL_ERROR "The NIfTI library (nifti1_io.h, libniftiio) was not found; Debian has it in libnifti2-dev")
  endif()
  add_library(dircn_nifti INTERFACE IMPORTED GLOBAL)
  target_link_libraries(dircn_nifti INTERFACE "${NIFTI_LIBRARY}" "${ZNZ_LIBRARY}")
  target_include_directories(dircn_nifti SYSTEM INTERFACE "${NIFTI_INCLUDE_DIR}")
endif()
