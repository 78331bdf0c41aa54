# dircn_hdf5: HDF5's C++ API with its headers, under one name however HDF5 was found. Imported, so that an installed
# dircn refers to it by name: the package configuration includes this file too.
if(NOT TARGET dircn_hdf5)
  find_package(HDF5 REQUIRED COMPONENTS C CXX)
  add_library(dircn_hdf5 INTERFACE IMPORTED GLOBAL)
  if(TARGET hdf5::hdf5_cpp)
    target_link_libraries(dircn_hdf5 INTERFACE hdf5::hdf5_cpp hdf5::hdf5)
  else()
    target_link_libraries(dircn_hdf5 INTERFACE ${HDF5_CXX_LIBRARIES})
    target_include_directories(dircn_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
  endif()
endif()
