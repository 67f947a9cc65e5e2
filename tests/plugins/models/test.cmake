# The plugins that these tests load at run time.
foreach(plugin data eval models nn quant train)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
# What the importers share lies below the components; the plugin's library shows nothing but its manifest.
target_sources(${test_target} PRIVATE $<TARGET_OBJECTS:mase_plugin_models>)
# Readers of files are tested below the components that use them: as the plugin compiled them, since its library shows
# nothing but its manifest.
target_link_libraries(${test_target} PRIVATE $<TARGET_PROPERTY:mase_plugin_models,LINK_LIBRARIES>)
if(TARGET mase_onnx_proto)
  target_link_libraries(${test_target} PRIVATE mase_onnx_proto)
endif()
# Tests write archives themselves.
find_package(ZLIB REQUIRED)
target_link_libraries(${test_target} PRIVATE ZLIB::ZLIB)
