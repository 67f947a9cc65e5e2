# The plugins that these tests load at run time.
foreach(plugin data export models nn quant)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
