# Where ccache is installed, what was compiled once is not compiled again, in whatever checkout: paths count from the
# project's root (base folder; not hashed: the folder in which the compiler runs, which only debuggers read), and of
# the precompiled header its content counts, not its time.
option(DIRCN_CCACHE "Compile through ccache where it is installed" ON)
find_program(CCACHE_PROGRAM ccache)
if(DIRCN_CCACHE AND CCACHE_PROGRAM)
  set(ccache "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1
             CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
             "CCACHE_STATSLOG=${PROJECT_BINARY_DIR}/ccache.log" "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER ${ccache})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache})
endif()
