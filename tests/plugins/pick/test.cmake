# The plugin that these tests load at run time.
if(TARGET mase_plugin_pick)
  add_dependencies(${test_target} mase_plugin_pick)
endif()
