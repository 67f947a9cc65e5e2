# mase_plugin(<name> SOURCES a.cpp ... [FILES file-or-folder ...] [LIBS target ...])
#
# Builds <name>.so, a shared library that mase loads at run time. FILES (RTL, tables, data) are copied beside it,
# into a folder <name>/: a folder `x/rtl` becomes `<name>/rtl`. Works the same in mase's own tree and,
# after find_package(mase), in a plugin author's; there the plugin lands in the build folder itself.

function(mase_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;FILES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "mase_plugin(${name}): expected SOURCES <file>... [FILES ...] [LIBS ...], found '${ARGN}'")
  endif()
  if(CMAKE_SOURCE_DIR STREQUAL mase_SOURCE_DIR)
    set(dir ${CMAKE_BINARY_DIR}/lib/mase/plugins)
  else()
    set(dir ${CMAKE_BINARY_DIR})
  endif()

  set(target mase_plugin_${name})
  add_library(${target} MODULE ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE mase::api ${arg_LIBS})
  target_compile_features(${target} PRIVATE cxx_std_20)
  if(DEFINED MASE_HOST_ASSERTIONS)
    _mase_plugin_as_host(${target})
  endif()
  # Only the door is visible; an unresolved name is found when linking, not when a user loads the plugin.
  target_link_options(${target} PRIVATE -Wl,-z,defs)
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME ${name} PREFIX "" SUFFIX .so
    LIBRARY_OUTPUT_DIRECTORY ${dir}
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON
    INSTALL_RPATH "$ORIGIN/../..;${MaseTorch_LIB_DIR}" INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS ${target} LIBRARY DESTINATION lib/mase/plugins)
  if(arg_FILES)
    _mase_plugin_files(${target} ${dir}/${name} ${arg_FILES})
    install(DIRECTORY ${dir}/${name} DESTINATION lib/mase/plugins)
  endif()
endfunction()

# The ABI tag holds the C++ standard, assertions and sanitizers: they are the host's, whatever the author's build type.
function(_mase_plugin_as_host target)
  set_target_properties(${target} PROPERTIES CXX_STANDARD 20)
  if(MASE_HOST_ASSERTIONS)
    target_compile_options(${target} PRIVATE -UNDEBUG)
  else()
    target_compile_options(${target} PRIVATE -DNDEBUG)
  endif()
  if(MASE_HOST_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    target_compile_options(${target} PRIVATE -O2)
  endif()
endfunction()

# Copies files and folders to `to`, again whenever one of them changes.
function(_mase_plugin_files target to)
  set(commands COMMAND ${CMAKE_COMMAND} -E rm -rf ${to} COMMAND ${CMAKE_COMMAND} -E make_directory ${to})
  set(inputs)
  foreach(entry IN LISTS ARGN)
    get_filename_component(entry ${entry} ABSOLUTE) # drops a trailing slash, too
    get_filename_component(base ${entry} NAME)
    if(IS_DIRECTORY ${entry})
      file(GLOB_RECURSE inside CONFIGURE_DEPENDS ${entry}/*)
      list(APPEND inputs ${inside})
      list(APPEND commands COMMAND ${CMAKE_COMMAND} -E copy_directory ${entry} ${to}/${base})
    elseif(EXISTS ${entry})
      list(APPEND inputs ${entry})
      list(APPEND commands COMMAND ${CMAKE_COMMAND} -E copy ${entry} ${to}/${base})
    else()
      message(FATAL_ERROR "${target}: FILES names '${entry}', which does not exist")
    endif()
  endforeach()
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${target}_files.stamp)
  add_custom_command(OUTPUT ${stamp} ${commands} COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${inputs} COMMENT "Copying files of ${target}" VERBATIM)
  add_custom_target(${target}_files ALL DEPENDS ${stamp})
  add_dependencies(${target} ${target}_files)
endfunction()
