# Kernels are tested path by path, below the components that choose among them, and compiled as the plugin's are.
set(kernel_options "-fno-trapping-math;-ffp-contract=off")
foreach(source fixed_kernel.cpp float_kernel.cpp kernel.cpp)
  target_sources(${test_target} PRIVATE ${CMAKE_SOURCE_DIR}/plugins/quant/${source})
  set_source_files_properties(${CMAKE_SOURCE_DIR}/plugins/quant/${source} PROPERTIES COMPILE_OPTIONS "${kernel_options}")
endforeach()
