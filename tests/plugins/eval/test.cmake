# The plugins that these tests load at run time.
foreach(plugin data eval models nn quant train)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
# Tests write archives themselves.
find_package(ZLIB REQUIRED)
target_link_libraries(${test_target} PRIVATE ZLIB::ZLIB)
