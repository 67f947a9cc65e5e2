# The kernel is tested path by path, below the component that chooses among them.
target_sources(${test_target} PRIVATE ${CMAKE_SOURCE_DIR}/plugins/quant/fixed_kernel.cpp)
set_source_files_properties(${CMAKE_SOURCE_DIR}/plugins/quant/fixed_kernel.cpp PROPERTIES COMPILE_OPTIONS -fno-trapping-math)
