# The plugins that these tests load at run time.
foreach(plugin analysis data models nn quant)
  if(TARGET mase_plugin_${plugin})
    add_dependencies(${test_target} mase_plugin_${plugin})
  endif()
endforeach()
# The text that Graphviz reads is also tested without it.
target_sources(${test_target} PRIVATE
  ${CMAKE_SOURCE_DIR}/plugins/analysis/draw_colours.cpp ${CMAKE_SOURCE_DIR}/plugins/analysis/draw_dot.cpp)
