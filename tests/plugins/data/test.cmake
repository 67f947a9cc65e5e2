# The plugins that these tests load at run time.
foreach(plugin data)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
# Tests write compressed and HDF5 files themselves.
find_package(ZLIB REQUIRED)
target_link_libraries(${test_target} PRIVATE ZLIB::ZLIB mase::hdf5)
