# The plugin is closed for real: no GNU unique symbols, which would pin it.
add_library(lifetime_keeper MODULE ${CMAKE_CURRENT_SOURCE_DIR}/lifetime/plugins/keeper.cpp)
target_link_libraries(lifetime_keeper PRIVATE mase::api)
target_compile_options(lifetime_keeper PRIVATE -fno-gnu-unique)
set_target_properties(lifetime_keeper PROPERTIES
  OUTPUT_NAME keeper PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests/lifetime_plugins
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
add_dependencies(${test_target} lifetime_keeper)
target_link_libraries(${test_target} PRIVATE ${CMAKE_DL_LIBS})
