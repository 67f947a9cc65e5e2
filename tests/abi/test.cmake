# Plugins built wrong on purpose, beside the test program. They use no LibTorch code, so they build in a moment.
file(GLOB bad_plugins CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/abi/plugins/*.cpp)
foreach(source IN LISTS bad_plugins)
  get_filename_component(plugin ${source} NAME_WE)
  add_library(abi_${plugin} MODULE ${source})
  target_link_libraries(abi_${plugin} PRIVATE mase::api)
  set_target_properties(abi_${plugin} PROPERTIES
    OUTPUT_NAME ${plugin} PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/abi_plugins
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  add_dependencies(${test_target} abi_${plugin})
endforeach()
add_dependencies(${test_target} mase mase_plugin_models mase_plugin_nn)
