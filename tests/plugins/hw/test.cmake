# The plugins that these tests load at run time.
foreach(plugin data hw nn quant)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
