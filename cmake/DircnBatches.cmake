# dircn_compile_in_batches(TARGET SIZE): compiles the target's C++ files SIZE at a time, since what they include costs
# more than what they say. Each file keeps a namespace of its own (an unnamed one that nothing of its batch repeats).
#
# CMake's own unity builds do that too, but name files by absolute paths, which end up in __FILE__, so that ccache could
# not tell that two checkouts hold the same program. Here a batch names them from the project's root.
#
# Left alone are files marked SKIP_UNITY_BUILD_INCLUSION, because they have compiler options of their own, say.
function(dircn_compile_in_batches target size)
  # At the end of the folder's CMakeLists.txt, when all files have been marked.
  cmake_language(EVAL CODE "cmake_language(DEFER CALL dircn_write_batches ${target} ${size})")
endfunction()

function(dircn_write_batches target size)
  get_target_property(sources ${target} SOURCES)
  set(batched "")
  foreach(source IN LISTS sources)
    get_source_file_property(alone "${source}" SKIP_UNITY_BUILD_INCLUSION)
    if(source MATCHES "\\.cpp$" AND NOT alone)
      list(APPEND batched "${source}")
    endif()
  endforeach()

  # As many batches as that takes, of equal size.
  list(LENGTH batched files)
  math(EXPR batches "(${files} + ${size} - 1) / ${size}")
  if(files LESS 2)
    return()
  endif()
  math(EXPR size "(${files} + ${batches} - 1) / ${batches}")
  foreach(batch RANGE 1 ${batches})
    math(EXPR first "(${batch} - 1) * ${size}")
    list(SUBLIST batched ${first} ${size} members)
    set(content "")
    foreach(source IN LISTS members)
      get_filename_component(path "${source}" ABSOLUTE)
      file(RELATIVE_PATH path "${PROJECT_SOURCE_DIR}" "${path}")
      string(APPEND content "#include \"${path}\"\n")
    endforeach()
    set(file "${CMAKE_CURRENT_BINARY_DIR}/${target}_batch_${batch}.cpp")
    file(CONFIGURE OUTPUT "${file}" CONTENT "${content}" @ONLY)
    target_sources(${target} PRIVATE "${file}")
  endforeach()
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  set_source_files_properties(${batched} PROPERTIES HEADER_FILE_ONLY ON)
endfunction()
