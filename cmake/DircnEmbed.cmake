# dircn_embed(TARGET NAME FILES...): compiles files into a target. Its sources include "NAME.h" and read page.html as
# dircn::NAME::page_html(), a std::string_view that lasts as long as the program. The files of one call differ in name.
#
# They become numbers rather than string literals, which have a limit of length and a delimiter that may not occur. That
# happens when CMake configures, which a changed file brings about, so that tools find the sources before any build.
function(dircn_embed target name)
  set(header "#pragma once\n\n#include <string_view>\n\nnamespace dircn::${name} {\n\n")
  set(source "#include \"${name}.h\"\n\nnamespace dircn::${name} {\n")
  foreach(file IN LISTS ARGN)
    get_filename_component(path "${file}" ABSOLUTE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    get_filename_component(function "${file}" NAME)
    string(MAKE_C_IDENTIFIER "${function}" function)
    string(TOLOWER "${function}" function)
    string(APPEND header "std::string_view ${function}();\n")
    file(READ "${path}" bytes HEX)
    string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
    # The zero at the end makes an array of an empty file, too.
    string(APPEND source
           "\nstd::string_view ${function}() {\n"
           "  static const unsigned char bytes[] = {\n${bytes}0};\n"
           "  return {reinterpret_cast<const char*>(bytes), sizeof bytes - 1};\n}\n")
  endforeach()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embedded")
  # Written only where they changed.
  file(CONFIGURE OUTPUT "${folder}/${name}.h" CONTENT "${header}\n}  // namespace dircn::${name}\n" @ONLY)
  file(CONFIGURE OUTPUT "${folder}/${name}.cpp" CONTENT "${source}\n}  // namespace dircn::${name}\n" @ONLY)
  set_source_files_properties("${folder}/${name}.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
  target_sources(${target} PRIVATE "${folder}/${name}.cpp")
  target_include_directories(${target} PRIVATE "${folder}")
endfunction()
