# What `cmake --install` lays down, and the package that lets another project say find_package(dircn).

include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/dircn")
get_target_property(layers dircn INTERFACE_LINK_LIBRARIES)

install(TARGETS dircn ${layers} EXPORT dircnTargets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT dircnTargets NAMESPACE dircn:: DESTINATION "${package_folder}")
install(DIRECTORY include/dircn DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY configs DESTINATION "${CMAKE_INSTALL_DATADIR}/dircn")
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATADIR}/dircn")

configure_package_config_file(cmake/dircnConfig.cmake.in "${CMAKE_BINARY_DIR}/dircnConfig.cmake"
                              INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${CMAKE_BINARY_DIR}/dircnConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_BINARY_DIR}/dircnConfig.cmake" "${CMAKE_BINARY_DIR}/dircnConfigVersion.cmake"
              cmake/LibTorch.cmake cmake/DircnHdf5.cmake cmake/DircnHighway.cmake cmake/DircnNifti.cmake DESTINATION "${package_folder}")

# The installed libraries of a sanitizer build would need the sanitizers in their users too.
if(DIRCN_BUILD_TESTS AND NOT DIRCN_SANITIZE)
  add_subdirectory(tests/install)
endif()
