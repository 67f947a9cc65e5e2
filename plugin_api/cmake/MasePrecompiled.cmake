# Precompiled headers: LibTorch's tensor takes longer to parse than most of our files take to compile.
#
# mase_precompiled(<name> HEADERS <file>... LIBS <target>... [OPTIONS <flag>...] [PROPERTIES <property> <value>...]) makes
# one; mase_use_precompiled(<target> <name>) lets a target share it. Both must be compiled alike: options, what is visible
# outside, position-independent or not. A source with options of its own goes without. -DMASE_PRECOMPILED=OFF compiles
# each file by what it includes itself.
option(MASE_PRECOMPILED "Share parsed headers among sources" ON)

function(mase_precompiled name)
  if(NOT MASE_PRECOMPILED)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LIBS;OPTIONS;PROPERTIES")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/precompiled_${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Nothing but the headers of ${name}.\n")
  add_library(mase_precompiled_${name} OBJECT ${source})
  target_link_libraries(mase_precompiled_${name} PRIVATE ${arg_LIBS})
  target_precompile_headers(mase_precompiled_${name} PRIVATE ${arg_HEADERS})
  target_compile_options(mase_precompiled_${name} PRIVATE ${arg_OPTIONS})
  # Otherwise ccache overlooks comments and spaces, by which GCC tells whether a file has been precompiled
  # (ccache issue 1615).
  string(REPLACE "env;" "env;CCACHE_DEPEND=1;" launcher "${CMAKE_CXX_COMPILER_LAUNCHER}")
  set_target_properties(mase_precompiled_${name} PROPERTIES CXX_COMPILER_LAUNCHER "${launcher}" ${arg_PROPERTIES})
endfunction()

function(mase_use_precompiled target name)
  if(NOT MASE_PRECOMPILED)
    return()
  endif()
  target_precompile_headers(${target} REUSE_FROM mase_precompiled_${name})
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_source_file_property(options ${source} COMPILE_OPTIONS)
    if(options)
      set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()
