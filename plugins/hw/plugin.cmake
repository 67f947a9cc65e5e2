# The component library and the simulation bench travel beside the plugin.
set(plugin_files ${CMAKE_SOURCE_DIR}/components ${CMAKE_SOURCE_DIR}/sim/direct)
