# The plugins that these tests load at run time.
foreach(plugin data eval models nn quant train)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
